"""The witness: every call the partners received and every webhook the client received (`_ledger`, `_inbox`)."""

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field

import orjson

from sandbox.store import Store, where
from sandbox.wire import JsonObject, dumps, iso, now

_MASK = "***"


@dataclass(frozen=True, slots=True)
class Call:
    """One call as a partner received it. `client_id` is None until the key or the path told whose it is."""

    partner: str
    client_id: str | None
    method: str
    path: str
    headers: Mapping[str, str]
    params: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def order(self) -> str | None:
        """The order this call says it is for."""
        return self.headers.get("x-interline-order")

    @property
    def step(self) -> str | None:
        """The arrow this call says it is."""
        return self.headers.get("x-interline-step")

    @property
    def key(self) -> str | None:
        """The idempotency key."""
        return self.headers.get("idempotency-key")


class Ledger:
    """Calls and inbox, in the order of arrival."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def add(self, call: Call, *, status: int | None, applied: bool = False, effect_id: str | None = None) -> int:
        """Write a call down; `status` None when no answer is given (yet). Returns the entry's number."""
        headers = {name: _MASK if name == "x-api-key" else value for name, value in call.headers.items()}
        return self._store.insert(
            "INSERT INTO calls (at, partner, client_id, order_no, step, method, path, headers, body, idempotency_key,"
            " status, applied, effect_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            iso(now()),
            call.partner,
            call.client_id,
            call.order,
            call.step,
            call.method,
            call.path,
            dumps(headers),
            call.body,
            call.key,
            status,
            applied,
            effect_id,
        )

    def receive(self, entry: int, call: Call, *, verified: bool, status: int | None) -> None:
        """Put a webhook into the inbox of the client platform; `entry` is its call's number."""
        self._store.run(
            "INSERT INTO inbox (call_id, at, client_id, order_no, event, webhook_id, sequence, headers, body, verified,"
            " status) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            entry,
            iso(now()),
            call.client_id or "",
            call.order,
            call.headers.get("x-interline-event"),
            call.headers.get("webhook-id"),
            _whole_number(call.headers.get("x-interline-sequence")),
            dumps(dict(call.headers)),
            call.body,
            verified,
            status,
        )

    def answered(self, entry: int, status: int) -> None:
        """The answer to that call was given after all."""
        with self._store.transaction():
            self._store.run("UPDATE calls SET status = ? WHERE id = ?", status, entry)
            self._store.run("UPDATE inbox SET status = ? WHERE call_id = ?", status, entry)

    def calls(self, *, partner: str | None, order: str | None, step: str | None) -> list[JsonObject]:
        """The ledger's items."""
        clause, values = where(partner=partner, order_no=order, step=step)
        return [_call_item(row) for row in self._store.rows(f"SELECT * FROM calls{clause} ORDER BY id", *values)]  # noqa: S608  our column names only

    def forget(self, *, partner: str | None, order: str | None, step: str | None) -> int:
        """Delete items of the ledger; the inbox keeps its own."""
        clause, values = where(partner=partner, order_no=order, step=step)
        return self._store.run(f"DELETE FROM calls{clause}", *values)  # noqa: S608  our column names only

    def inbox(self, *, client: str | None, order: str | None) -> list[JsonObject]:
        """The inbox's items."""
        clause, values = where(client_id=client, order_no=order)
        return [_inbox_item(row) for row in self._store.rows(f"SELECT * FROM inbox{clause} ORDER BY id", *values)]  # noqa: S608  our column names only


def _call_item(row: sqlite3.Row) -> JsonObject:
    return {
        "id": f"ledger-{row['id']}",
        "at": row["at"],
        "partner": row["partner"],
        "client_id": row["client_id"],
        "order": row["order_no"],
        "step": row["step"],
        "method": row["method"],
        "path": row["path"],
        "headers": orjson.loads(row["headers"]),
        "body_raw": _text(row["body"]),
        "idempotency_key": row["idempotency_key"],
        "status": row["status"],
        "applied": bool(row["applied"]),
        "effect_id": row["effect_id"],
    }


def _inbox_item(row: sqlite3.Row) -> JsonObject:
    return {
        "id": f"inbox-{row['id']}",
        "at": row["at"],
        "client_id": row["client_id"],
        "order": row["order_no"],
        "event": row["event"],
        "webhook_id": row["webhook_id"],
        "sequence": row["sequence"],
        "headers": orjson.loads(row["headers"]),
        "body_raw": _text(row["body"]),
        "verified": bool(row["verified"]),
        "status": row["status"],
    }


def _text(body: bytes) -> str:
    return body.decode("utf-8", errors="replace")


def _whole_number(text: str | None) -> int | None:
    return int(text) if text and text.isdecimal() else None
