"""The events the partners send: rows with a due time, so that a restart goes on where it was (`_sent`, `_schedule`)."""

import asyncio
import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

import orjson

from sandbox.store import Store, where
from sandbox.wire import JsonObject, dumps, iso, now

Signature = Literal["good", "bad", "stale"]
State = Literal["due", "taken", "dropped", "by_hand"]
"""`due`: to be sent (again); `taken`: by the gateway, 2xx; `dropped`: taken back; `by_hand`: asked for by `_events`."""

_LONGEST_PAUSE_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Event:
    """A webhook to be sent. The body is final; signatures over time and body are made anew at each try."""

    client_id: str
    order_no: str
    partner: str
    event: str
    event_id: str
    url: str
    body: JsonObject
    record_number: int | None = None
    signature: Signature = "good"


@dataclass(frozen=True, slots=True)
class Send:
    """An event in the outbox. `attempts` counts the tries begun."""

    number: int
    event: Event
    attempts: int


class Outbox:
    """All events sent and to be sent. `changed` is set when the sender should look again."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.changed = asyncio.Event()

    def plan(self, event: Event, *, due_at: float, state: State = "due") -> Send:
        """Write an event down, to be sent at `due_at` (epoch seconds)."""
        number = self._store.insert(
            "INSERT INTO sends (planned_at, due_at, client_id, order_no, partner, event, event_id, url, body,"
            " signature, record_id, state, attempts, answers) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, '[]')",
            iso(now()),
            due_at,
            event.client_id,
            event.order_no,
            event.partner,
            event.event,
            event.event_id,
            event.url,
            dumps(event.body),
            event.signature,
            event.record_number,
            state,
        )
        self.changed.set()
        return Send(number, event, 0)

    def due(self, at: float, *, limit: int) -> list[Send]:
        """What should have been sent by `at`, oldest first."""
        rows = self._store.rows(
            "SELECT * FROM sends WHERE state = 'due' AND due_at <= ? ORDER BY due_at, id LIMIT ?", at, limit
        )
        return [_send(row) for row in rows]

    def next_due(self, after: float) -> float | None:
        """When the next event after that time is due."""
        row = self._store.row("SELECT min(due_at) AS at FROM sends WHERE state = 'due' AND due_at > ?", after)
        return row["at"] if row else None

    def begin(self, send: Send) -> None:
        """A try begins."""
        self._store.run("UPDATE sends SET attempts = attempts + 1 WHERE id = ?", send.number)

    def answered(self, send: Send, status: int | None) -> None:
        """Note the gateway's answer (None: none came). A scheduled event not taken is due again in 1, 2, 4 … 30 s."""
        answer = dumps({"at": iso(now()), "gateway_status": status})
        self._store.run(
            "UPDATE sends SET answers = json_insert(answers, '$[#]', json(?)) WHERE id = ?", answer, send.number
        )
        state = "taken" if status is not None and status // 100 == 2 else "due"  # noqa: PLR2004  the 2xx class
        again_at = now().timestamp() + min(2.0**send.attempts, _LONGEST_PAUSE_SECONDS)
        self._store.run(
            "UPDATE sends SET state = ?, due_at = ? WHERE id = ? AND state = 'due'", state, again_at, send.number
        )

    def drop(self, client_id: str, order_no: str, *, event: str | None = None) -> None:
        """Take back what an order still had to send, of one kind or all."""
        clause, values = where(client_id=client_id, order_no=order_no, event=event, state="due")
        self._store.run(f"UPDATE sends SET state = 'dropped'{clause}", *values)  # noqa: S608  our column names only

    def started(self, client_id: str, order_no: str, event: str, *, awb: str | None = None) -> bool:
        """An event of that kind (about that parcel) was planned before and not taken back."""
        row = self._store.row(
            "SELECT 1 FROM sends WHERE client_id = ? AND order_no = ? AND event = ? AND state IN ('due', 'taken')"
            " AND ? IN ('', json_extract(body, '$.awb'))",
            client_id,
            order_no,
            event,
            awb or "",
        )
        return row is not None

    def sent(self, order: str | None) -> list[JsonObject]:
        """The items of `_sent`: events with at least one try begun."""
        clause, values = where(order_no=order)
        rows = self._store.rows(f"SELECT * FROM sends{clause} ORDER BY id", *values)  # noqa: S608  our column names only
        return [_item(row) for row in rows if row["attempts"]]

    def schedule(self) -> list[JsonObject]:
        """The items of `_schedule`: what is due, and when."""
        return [_item(row) for row in self._store.rows("SELECT * FROM sends WHERE state = 'due' ORDER BY due_at, id")]


def _send(row: sqlite3.Row) -> Send:
    event = Event(
        client_id=row["client_id"],
        order_no=row["order_no"],
        partner=row["partner"],
        event=row["event"],
        event_id=row["event_id"],
        url=row["url"],
        body=orjson.loads(row["body"]),
        record_number=row["record_id"],
        signature=row["signature"],
    )
    return Send(row["id"], event, row["attempts"])


def _item(row: sqlite3.Row) -> JsonObject:
    answers = orjson.loads(row["answers"])
    return {
        "id": f"sent-{row['id']}",
        "at": row["planned_at"],
        "due_at": iso(datetime.fromtimestamp(row["due_at"], UTC)),
        "partner": row["partner"],
        "client_id": row["client_id"],
        "order": row["order_no"],
        "event": row["event"],
        "event_id": row["event_id"],
        "url": row["url"],
        "body_raw": row["body"],
        "signature": row["signature"],
        "state": row["state"],
        "attempts": row["attempts"],
        "answers": answers,
        "gateway_status": answers[-1]["gateway_status"] if answers else None,
    }
