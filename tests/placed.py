"""One order on a stack, as its client and its partners see it: what the tests of failures look at."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import httpx

from interline.domain.base import JsonObject
from starter.demo.handles import LedgerItem
from tests.builders import an_outbound, number_of
from tests.stack.driver import OUTBOUND, NotInTimeError, Stack, wait_until

PATIENCE_SECONDS = 90.0
ONCE = ("red 3", "red 7", "blue 5", "blue 6")
STATUSES = (1030, 1160, 1180, 1190, 2000)


@dataclass(frozen=True)
class Placed:
    """An outbound order that was accepted. `client` is the client's place in the stack."""

    stack: Stack
    number: str
    client: int = 0

    @property
    def client_id(self) -> str:
        """Whose it is."""
        return self.stack.manifest.clients[self.client].client_id

    def calls(self, *steps: str, partner: str = "") -> list[LedgerItem]:
        """What partners and client platform received for these arrows (all without any), the oldest first."""
        items = [item for item in self.stack.ledger(self.number, partner=partner) if item.client_id == self.client_id]
        return [item for item in items if not steps or item.step in steps]

    def told(self) -> list[str]:
        """The events that the client took, in order."""
        items = [item for item in self.stack.inbox(self.number) if item.client_id == self.client_id]
        return [str(item.event) for item in items if item.status == httpx.codes.OK]

    def doubled(self) -> list[str]:
        """Effects that happened more than once; nothing, if we are any good."""
        return doubled(self.calls())

    def until_complete(self) -> None:
        """Until it is over and nothing lacks: partners may still repeat what was refused them, then it is told late."""
        self.until_status("completed")
        with suppress(NotInTimeError):
            self.until("nothing lacks", lambda: not self.lost())
        assert (self.doubled(), self.lost()) == ([], []), self.number

    def lost(self) -> list[str]:
        """What a whole order with confirmation, goods issue and statuses by the sandbox itself lacks, copies aside."""
        effects = Counter(step for step, _ in {(call.step, call.effect_id) for call in self.calls() if call.effect_id})
        sent = {item.event_id for item in self.stack.sent(self.number) if item.event == "shipment_status"}
        inbox = {
            (item.event, item.webhook_id, item.sequence) for item in self.stack.inbox(self.number) if item.verified
        }
        told, late = Counter(kind for kind, *_ in inbox), Counter(kind for kind, _, place in inbox if place is None)
        due = {**dict.fromkeys(ONCE, 1), "blue 7": len(sent) - late["logistics.status"]}
        due_told = {"logistics.status": len(sent), "order.confirmed": 1, "order.goods_issued": 1}
        short = [f"{step}: {effects[step]} of {times}" for step, times in due.items() if effects[step] != times]
        short += [f"{event}: {told[event]} of {times}" for event, times in due_told.items() if told[event] != times]
        return short if sent else [*short, "no status was sent"]

    def event(self, name: str, **more: object) -> None:
        """A partner's webhook, now."""
        answers = self.stack.send_event(name, self.number, client_id=self.client_id, **more)
        assert {answer["gateway_status"] for answer in answers} == {httpx.codes.OK}

    def view(self) -> dict[str, Any]:
        """The order as the API shows it."""
        return self.stack.view(self.number, client=self.client)

    def step(self, name: str) -> str:
        """Where an arrow stands."""
        return str(self.view().get("steps", {}).get(name, {}).get("state", ""))

    def until(self, what: str, check: Callable[[], bool]) -> None:
        """Wait, patiently."""
        wait_until(f"{self.number}: {what}", check, timeout_seconds=PATIENCE_SECONDS)

    def until_called(self, *steps: str, times: int = 1) -> None:
        """Until each of these arrows was tried so often."""
        self.until(f"{steps} arrive", lambda: all(len(self.calls(step)) >= times for step in steps))

    def until_step(self, name: str, state: str) -> None:
        """Until the arrow stands there."""
        self.until(f"{name} is {state}", lambda: self.step(name) == state)

    def until_status(self, *states: str) -> None:
        """Until the order is in one of these."""
        self.until(f"it is {' or '.join(states)}", lambda: self.view().get("order_status") in states)

    def ship(self) -> None:
        """Confirmation, goods issue and all statuses, by hand."""
        self.event("order_confirmed")
        self.event("goods_issued")
        for code in STATUSES:
            self.event("shipment_status", data={"code": code})


def place(stack: Stack, body: JsonObject | None = None, *, client: int = 0) -> Placed:
    """Red 1 and red 2 of an outbound order."""
    body = body or an_outbound()
    answer = stack.post(OUTBOUND, body, client=client)
    assert answer.status_code == httpx.codes.ACCEPTED, answer.text
    return Placed(stack, number_of(body), client)


def placed_at_last(stack: Stack, body: JsonObject, *, client: int = 0) -> Placed:
    """As a careful client: the same body again until it is taken."""
    wait_until(
        "the order is taken",
        lambda: stack.post(OUTBOUND, body, client=client).status_code == httpx.codes.ACCEPTED,
        timeout_seconds=PATIENCE_SECONDS,
    )
    return Placed(stack, number_of(body), client)


def doubled(calls: Iterable[LedgerItem]) -> list[str]:
    """Where one order's step and item has more than one effect at its partner."""
    effects: dict[tuple[object, ...], set[str]] = defaultdict(set)
    for call in calls:
        if call.effect_id:
            effects[call.client_id, call.order, call.step, _item(call)].add(call.effect_id)
    return [f"{key}: {sorted(found)}" for key, found in effects.items() if len(found) > 1]


def _item(call: LedgerItem) -> str:
    """Which of a step's things: each status has a path of its own, each client webhook a number, undo is no do.

    What is told late has no number, but a text of its own.
    """
    number = call.headers.get("x-interline-sequence", "")
    late = call.body_raw if "webhook-id" in call.headers and not number else ""
    return f"{call.method} {call.path} {number}{late}"
