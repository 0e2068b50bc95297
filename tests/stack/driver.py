"""A whole stack under test: `interline up` in a process of its own, driven only through the handles of DESIGN §11."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Self

import httpx

from interline.domain.base import JsonObject
from starter.demo.bodies import WAREHOUSE
from starter.demo.handles import InboxItem, LedgerItem, SentItem
from starter.stack.manifest import Manifest

START_SECONDS = 90.0
PAUSE_SECONDS = 0.1

OUTBOUND = "/v3/fulfillment/outbound/oms"
INBOUND = "/v3/fulfillment/inbound"
PRICING = "/v3/fulfillment/pricing/domestic"


class NotInTimeError(AssertionError):
    """What was waited for did not happen."""


def wait_until(what: str, check: Callable[[], bool], *, timeout_seconds: float = 30.0) -> None:
    """Look again and again until `check` holds."""
    pause, deadline = threading.Event(), time.monotonic() + timeout_seconds
    while not check():
        if time.monotonic() > deadline:
            raise NotInTimeError(f"not within {timeout_seconds:g} s: {what}")
        pause.wait(PAUSE_SECONDS)


def is_alive(pid: int) -> bool:
    """The process runs (a zombie does not)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def interline(
    *arguments: str, environ: Mapping[str, str], timeout_seconds: float = 60.0
) -> subprocess.CompletedProcess[str]:
    """Run one command to its end."""
    return subprocess.run(
        [sys.executable, "-P", "-m", "starter.cli", *arguments],
        env=dict(environ),
        capture_output=True,
        text=True,
        timeout=timeout_seconds,
        check=False,
    )


class Stack:
    """One running stack. Closing it stops every process."""

    def __init__(self, state: Path, environ: Mapping[str, str], *options: str) -> None:
        self.state = state
        self.environ = dict(environ)
        self._log = state.with_suffix(".up.log").open("ab")
        self.supervisor = subprocess.Popen(
            [sys.executable, "-P", "-m", "starter.cli", "up", "--json", "--state", str(state), *options],
            env=self.environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
        )
        self.printed = self._first_line()
        self._http = httpx.Client(timeout=10.0, trust_env=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _first_line(self) -> str:
        timer = threading.Timer(START_SECONDS, self.supervisor.kill)
        timer.start()
        assert self.supervisor.stdout
        line = self.supervisor.stdout.readline()
        timer.cancel()
        if not line:
            self.stop()
            raise AssertionError(self.state.with_suffix(".up.log").read_text()[-2000:])
        return line

    @property
    def manifest(self) -> Manifest:
        """`stack.json` as it is now."""
        return Manifest.model_validate_json((self.state / "stack.json").read_bytes())

    # The client API.

    def post(
        self, path: str, body: JsonObject, *, client: int = 0, key: str = "", timeout_seconds: float = 10.0
    ) -> httpx.Response:
        """As the client platform."""
        manifest = self.manifest
        headers = {"X-API-Key": manifest.clients[client].api_key, **({"Idempotency-Key": key} if key else {})}
        return self._http.post(f"{manifest.gateway}{path}", json=body, headers=headers, timeout=timeout_seconds)

    def status(self, number: str, *, client: int = 0) -> str:
        """The order's status; empty while the gateway asks us to wait, as it may after Temporal was killed."""
        return str(self.view(number, client=client).get("order_status", ""))

    def view(self, number: str, *, client: int = 0) -> dict[str, Any]:
        """All that the API says of the order's way through Interline; empty while the gateway asks us to wait."""
        answer = self._get_order(number, client)
        if answer.status_code == httpx.codes.SERVICE_UNAVAILABLE:
            return {}
        answer.raise_for_status()
        seen: dict[str, Any] = answer.json()["data"]["outbound"]["interline"]
        return seen

    def _get_order(self, number: str, client: int) -> httpx.Response:
        manifest = self.manifest
        url = f"{manifest.gateway}/v3/fulfillment/warehouse/{WAREHOUSE}/outbound/oms/{number}"
        return self._http.get(url, headers={"X-API-Key": manifest.clients[client].api_key})

    def wait_for_status(self, number: str, status: str, *, client: int = 0, timeout_seconds: float = 40.0) -> None:
        """Until the client API says so."""
        wait_until(
            f"order {number} is {status}",
            lambda: self.status(number, client=client) == status,
            timeout_seconds=timeout_seconds,
        )

    # The sandbox.

    def ledger(self, order: str, *, partner: str = "", step: str = "") -> list[LedgerItem]:
        """Calls the partners received."""
        items = self._items("_ledger", order=order, partner=partner, step=step)
        return [LedgerItem.model_validate(item) for item in items]

    def inbox(self, order: str) -> list[InboxItem]:
        """Webhooks the client received."""
        return [InboxItem.model_validate(item) for item in self._items("_inbox", order=order)]

    def sent(self, order: str) -> list[SentItem]:
        """Webhooks the partners sent."""
        return [SentItem.model_validate(item) for item in self._items("_sent", order=order)]

    def send_event(self, event: str, order: str, **more: object) -> list[JsonObject]:
        """Make a partner send a webhook now; the gateway's answers."""
        answers: list[JsonObject] = self._tell("POST", "_events", {"event": event, "order": order, **more}).json()
        return answers

    def trouble(self, partner: str, route: str, trouble: str, **more: object) -> None:
        """Make a partner fail in a named way."""
        self._tell("POST", "_troubles", {"partner": partner, "route": route, "trouble": trouble, **more})

    def no_troubles(self) -> None:
        """All partners are well again."""
        self._tell("DELETE", "_troubles", None)

    def manual(self, *, on: bool, confirmation: str = "webhook", parcels: int = 1) -> None:
        """Whether partners act by themselves, how the OMS confirms, how many parcels an order becomes."""
        self._tell("POST", "_manual", {"on": on, "confirmation": confirmation, "parcels": parcels})

    def partner(self, name: str, *, keys: str, client: int | None = None) -> None:
        """What a partner makes of our idempotency keys (of one client's, or all), there and in our settings."""
        client_id = None if client is None else self.manifest.clients[client].client_id
        self._tell("POST", "_partners", {"partner": name, "keys": keys, "client_id": client_id})

    def _items(self, handle: str, **filters: str) -> list[JsonObject]:
        wanted = {name: value for name, value in filters.items() if value}
        answer = self._http.get(f"{self.manifest.sandbox}/{handle}", params=wanted).raise_for_status()
        items: list[JsonObject] = answer.json()["items"]
        return items

    def _tell(self, method: str, handle: str, body: dict[str, object] | None) -> httpx.Response:
        return self._http.request(method, f"{self.manifest.sandbox}/{handle}", json=body).raise_for_status()

    # The processes.

    def kill(self, name: str, *, with_signal: signal.Signals = signal.SIGKILL) -> int:
        """Kill one part at once (or ask it to stop), and wait until it is gone; its process id."""
        pid = self.manifest.pids[name]
        os.kill(pid, with_signal)
        wait_until(f"{name} is dead", lambda: not is_alive(pid))
        return pid

    def kill_all(self) -> None:
        """Kill the supervisor and every part at once, and wait until all are gone."""
        pids = [self.supervisor.pid, *self.manifest.pids.values()]
        for pid in pids:
            os.kill(pid, signal.SIGKILL)
        self._close()
        wait_until("all processes are gone", lambda: not any(map(is_alive, pids)))

    @contextlib.contextmanager
    def worker(self) -> Iterator["subprocess.Popen[bytes]"]:
        """A worker started by hand on this stack, as `interline worker` does."""
        environ = {**self.environ, "INTERLINE_STATE": str(self.state)}
        command = [sys.executable, "-P", "-m", "starter.cli", "worker"]
        with subprocess.Popen(command, env=environ, stdout=self._log, stderr=self._log) as process:
            yield process
            process.terminate()

    def interline(self, *arguments: str, timeout_seconds: float = 60.0) -> subprocess.CompletedProcess[str]:
        """Run a command on this stack."""
        environ = {**self.environ, "INTERLINE_STATE": str(self.state)}
        return interline(*arguments, environ=environ, timeout_seconds=timeout_seconds)

    def stop(self) -> None:
        """As Ctrl-C does."""
        self.supervisor.terminate()
        self._close()

    def _close(self) -> None:
        self.supervisor.wait(timeout=60.0)
        assert self.supervisor.stdout
        self.supervisor.stdout.close()
        self._log.close()
        if hasattr(self, "_http"):
            self._http.close()
