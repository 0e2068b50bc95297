"""What can be changed at run time and is remembered over a restart: manual mode, confirmation, each partner's keys."""

import re
import shutil
import tomllib
from pathlib import Path
from typing import get_args

from sandbox.config import Confirmation, KeyedPartner, Keys, SandboxConfig
from sandbox.store import Store

_TABLE = re.compile(r"^\s*\[\[?\s*(?P<name>[^\]]+?)\s*\]\]?\s*(#.*)?$")
_CLIENT_LINE = re.compile(r"""^\s*client_id\s*=\s*(["'])(?P<id>[^"']*)\1""")
_KEYS_LINE = re.compile(r"""^(?P<head>\s*keys\s*=\s*)(["'])[^"']*\2""")


class Switches:
    """The switches, with the configuration's values until they are changed."""

    def __init__(self, store: Store, config: SandboxConfig) -> None:
        self._store = store
        self._config = config

    @property
    def manual(self) -> bool:
        """Partners send nothing by themselves."""
        return self._read("manual") == "on"

    @manual.setter
    def manual(self, on: bool) -> None:
        self._write("manual", "on" if on else "off")

    @property
    def confirmation(self) -> Confirmation:
        """How the OMS confirms."""
        stored = self._read("confirmation")
        return next((value for value in get_args(Confirmation) if value == stored), self._config.confirmation)

    @confirmation.setter
    def confirmation(self, value: Confirmation) -> None:
        self._write("confirmation", value)

    @property
    def parcels(self) -> int:
        """Into how many parcels the warehouse puts each order."""
        return int(self._read("parcels") or 1)

    @parcels.setter
    def parcels(self, value: int) -> None:
        self._write("parcels", str(value))

    def keys(self, partner: KeyedPartner, client_id: str) -> Keys:
        """What this partner makes of an `Idempotency-Key` of this client's calls."""
        stored = self._read(f"keys:{partner}:{client_id}")
        return next((value for value in get_args(Keys) if value == stored), self._config.keys[partner])

    def set_keys(self, partner: KeyedPartner, keys: Keys, *, client_id: str | None = None) -> int:
        """Change it here and in the clients' file, for one client or all; how many declarations were rewritten."""
        for client in self._config.clients:
            if client_id in {None, client.client_id}:
                self._write(f"keys:{partner}:{client.client_id}", keys)
        path = self._config.clients_file
        return declare_keys(path, partner, keys, client_id=client_id) if path else 0

    def follow_clients_file(self) -> None:
        """Take over what the clients' file declares: it is newer than what was set here before."""
        if self._config.clients_file:
            for (client_id, partner), keys in declared_keys(self._config.clients_file).items():
                self._write(f"keys:{partner}:{client_id}", keys)

    def _read(self, name: str) -> str | None:
        row = self._store.row("SELECT value FROM switches WHERE name = ?", name)
        return str(row["value"]) if row else None

    def _write(self, name: str, value: str) -> None:
        self._store.run("INSERT OR REPLACE INTO switches (name, value) VALUES (?, ?)", name, value)


def declared_keys(path: Path) -> dict[tuple[str, KeyedPartner], Keys]:
    """What each client's partners declare."""
    clients = tomllib.loads(path.read_text(encoding="utf-8")).get("clients") or []
    return {
        (client["client_id"], partner): keys
        for client in clients
        for partner in get_args(KeyedPartner)
        if (keys := client.get("partners", {}).get(partner, {}).get("keys")) in get_args(Keys)
    }


def declare_keys(path: Path, partner: KeyedPartner, keys: Keys, *, client_id: str | None = None) -> int:
    """Rewrite `keys = "…"` in `[clients.partners.<partner>]` tables, by rename, so that no reader sees half."""
    before = path.read_text(encoding="utf-8")
    table, client, count, lines = "", "", 0, []
    for line in before.splitlines(keepends=True):
        if header := _TABLE.match(line):
            table = header["name"]
        if table == "clients" and (named := _CLIENT_LINE.match(line)):
            client = named["id"]
        hits = 0
        if table == f"clients.partners.{partner}" and client_id in {None, client}:
            line, hits = _KEYS_LINE.subn(rf'\g<head>"{keys}"', line)  # noqa: PLW2901  the rewritten line takes its place
        count += hits
        lines.append(line)
    if (after := "".join(lines)) != before:
        _replace(path, after)
    return count


def _replace(path: Path, text: str) -> None:
    draft = path.with_name(f".{path.name}.sandbox")
    draft.touch()
    shutil.copymode(path, draft)  # it may name secrets: whoever could not read it still cannot
    draft.write_text(text, encoding="utf-8")
    draft.replace(path)
