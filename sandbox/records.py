"""What the partners remember: one record per effect, of any kind.

A second blind create makes a second record, as at a real partner: nothing here is unique by order number.
"""

import sqlite3
from dataclasses import dataclass
from typing import Literal

import orjson

from sandbox.store import Store
from sandbox.wire import JsonObject, dumps, iso, now

Kind = Literal[
    "outbound",
    "return",
    "cancellation",
    "amendment",
    "recorded_webhook",
    "recorded_status",
    "registered_webhook",
    "tracking",
    "provider_cancellation",
    "goods_issue",
    "goods_receipt",
]


@dataclass(frozen=True, slots=True)
class Record:
    """One effect at a partner. `item` tells several of an order apart; `body` is what the partner knows."""

    number: int
    at: str
    kind: Kind
    client_id: str
    order_no: str
    item: str
    body: JsonObject

    @property
    def effect_id(self) -> str:
        """The id of the effect in the ledger."""
        return f"{self.kind}-{self.number}"


class Records:
    """The partners' records of all clients."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def add(self, kind: Kind, client_id: str, order_no: str, body: JsonObject, *, item: str = "") -> Record:
        """A new record, whatever is there already."""
        at = iso(now())
        number = self._store.insert(
            "INSERT INTO records (at, kind, client_id, order_no, item, body) VALUES (?, ?, ?, ?, ?, ?)",
            at,
            kind,
            client_id,
            order_no,
            item,
            dumps(body),
        )
        return Record(number, at, kind, client_id, order_no, item, body)

    def upsert(self, kind: Kind, client_id: str, order_no: str, body: JsonObject, *, item: str = "") -> Record:
        """The one record of that key, new or changed: a write that is idempotent by nature."""
        known = [record for record in self.of_order(kind, client_id, order_no) if record.item == item]
        return self.change(known[0], **body) if known else self.add(kind, client_id, order_no, body, item=item)

    def change(self, record: Record, **values: object) -> Record:
        """Change fields of a record."""
        body = record.body | values
        self._store.run("UPDATE records SET body = ? WHERE id = ?", dumps(body), record.number)
        return Record(record.number, record.at, record.kind, record.client_id, record.order_no, record.item, body)

    def remove(self, record: Record) -> None:
        """Forget a record."""
        self._store.run("DELETE FROM records WHERE id = ?", record.number)

    def get(self, number: int) -> Record | None:
        """The record of that number."""
        row = self._store.row("SELECT * FROM records WHERE id = ?", number)
        return _record(row) if row else None

    def of_order(self, kind: Kind, client_id: str, order_no: str) -> list[Record]:
        """An order's records of a kind, oldest first."""
        rows = self._store.rows(
            "SELECT * FROM records WHERE kind = ? AND client_id = ? AND order_no = ? ORDER BY id",
            kind,
            client_id,
            order_no,
        )
        return [_record(row) for row in rows]

    def of_item(self, kind: Kind, item: str) -> list[Record]:
        """All records of a kind about that item, oldest first."""
        rows = self._store.rows("SELECT * FROM records WHERE kind = ? AND item = ? ORDER BY id", kind, item)
        return [_record(row) for row in rows]

    def orders(self, client_id: str, order_no: str) -> list[Record]:
        """All the OMS has under that number, outbound or return, oldest first."""
        found = self.of_order("outbound", client_id, order_no) + self.of_order("return", client_id, order_no)
        return sorted(found, key=lambda record: record.number)

    def order(self, client_id: str, order_no: str) -> Record | None:
        """The newest of them."""
        return next(reversed(self.orders(client_id, order_no)), None)

    def owner(self, order_no: str) -> str | None:
        """The client that owns the order in the OMS; the newest when several use the number."""
        row = self._store.row(
            "SELECT client_id FROM records WHERE order_no = ? AND kind IN ('outbound', 'return') ORDER BY id DESC",
            order_no,
        )
        return str(row["client_id"]) if row else None


def _record(row: sqlite3.Row) -> Record:
    return Record(
        number=row["id"],
        at=row["at"],
        kind=row["kind"],
        client_id=row["client_id"],
        order_no=row["order_no"],
        item=row["item"],
        body=orjson.loads(row["body"]),
    )
