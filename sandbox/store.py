"""The one place that talks to SQLite.

Write-ahead log with `synchronous=NORMAL`: what a transaction committed survives a kill -9 of the process. The
connection belongs to the event loop's thread, and no transaction spans an await, so each one is alone.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_SCHEMA = """
CREATE TABLE IF NOT EXISTS calls (
  id INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL, partner TEXT NOT NULL, client_id TEXT, order_no TEXT,
  step TEXT, method TEXT NOT NULL, path TEXT NOT NULL, headers TEXT NOT NULL, body BLOB NOT NULL,
  idempotency_key TEXT, status INTEGER, applied INTEGER NOT NULL, effect_id TEXT);
CREATE INDEX IF NOT EXISTS calls_by_order ON calls (order_no);
CREATE TABLE IF NOT EXISTS inbox (
  id INTEGER PRIMARY KEY AUTOINCREMENT, call_id INTEGER NOT NULL UNIQUE, at TEXT NOT NULL, client_id TEXT NOT NULL,
  order_no TEXT, event TEXT, webhook_id TEXT, sequence INTEGER, headers TEXT NOT NULL, body BLOB NOT NULL,
  verified INTEGER NOT NULL, status INTEGER);
CREATE INDEX IF NOT EXISTS inbox_by_order ON inbox (order_no);
CREATE TABLE IF NOT EXISTS answers (
  partner TEXT NOT NULL, client_id TEXT NOT NULL, idempotency_key TEXT NOT NULL, status INTEGER NOT NULL,
  body TEXT NOT NULL, effect_id TEXT, PRIMARY KEY (partner, client_id, idempotency_key));
CREATE TABLE IF NOT EXISTS records (
  id INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL, kind TEXT NOT NULL, client_id TEXT NOT NULL,
  order_no TEXT NOT NULL, item TEXT NOT NULL, body TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS records_by_order ON records (order_no, kind);
CREATE INDEX IF NOT EXISTS records_by_item ON records (item, kind);
CREATE TABLE IF NOT EXISTS sends (
  id INTEGER PRIMARY KEY AUTOINCREMENT, planned_at TEXT NOT NULL, due_at REAL NOT NULL, client_id TEXT NOT NULL,
  order_no TEXT NOT NULL, partner TEXT NOT NULL, event TEXT NOT NULL, event_id TEXT NOT NULL, url TEXT NOT NULL,
  body TEXT NOT NULL, signature TEXT NOT NULL, record_id INTEGER, state TEXT NOT NULL, attempts INTEGER NOT NULL,
  answers TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS sends_by_due ON sends (due_at) WHERE state = 'due';
CREATE INDEX IF NOT EXISTS sends_by_order ON sends (order_no);
CREATE TABLE IF NOT EXISTS troubles (
  id INTEGER PRIMARY KEY AUTOINCREMENT, partner TEXT NOT NULL, route TEXT NOT NULL, trouble TEXT NOT NULL,
  count INTEGER, seconds REAL, order_no TEXT);
CREATE TABLE IF NOT EXISTS switches (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""

Value = str | bytes | int | float | None


class Store:
    """A SQLite file with the sandbox's tables."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._db.row_factory = sqlite3.Row
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=NORMAL")
        self._db.executescript(_SCHEMA)
        if "order_no" not in {column["name"] for column in self.rows("PRAGMA table_info(troubles)")}:
            self.run("ALTER TABLE troubles ADD COLUMN order_no TEXT")  # of a state directory from before it

    def close(self) -> None:
        """Close the file; the store is of no use afterwards."""
        self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing. Inside another transaction it is part of that one."""
        if self._db.in_transaction:
            yield
            return
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    def rows(self, sql: str, *values: Value) -> list[sqlite3.Row]:
        """All rows of a query."""
        return self._db.execute(sql, values).fetchall()

    def row(self, sql: str, *values: Value) -> sqlite3.Row | None:
        """The first row of a query."""
        found = self._db.execute(sql, values).fetchone()
        return found if isinstance(found, sqlite3.Row) else None

    def insert(self, sql: str, *values: Value) -> int:
        """Run an INSERT and return the new row's id."""
        return self._db.execute(sql, values).lastrowid or 0

    def run(self, sql: str, *values: Value) -> int:
        """Run a statement and return how many rows it touched."""
        return self._db.execute(sql, values).rowcount


def where(**filters: str | None) -> tuple[str, tuple[str, ...]]:
    """A WHERE clause of the filters that are given. The names are ours; only values come from outside."""
    given = {column: value for column, value in filters.items() if value is not None}
    clause = " AND ".join(f"{column} = ?" for column in given)
    return (f" WHERE {clause}" if clause else "", tuple(given.values()))
