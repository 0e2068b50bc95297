"""The hand-written way on PostgreSQL: `python outbox.py PORT STUB_URL DATABASE_URL`.

A row per order (how far it is), a row per webhook (told once), a row per call still to be made: the outbox. Whoever
works takes due calls with SKIP LOCKED under a lease, sends them, and in one transaction removes the call and writes the
next one. Every commit is flushed. What a product would add (retries by kind, order per client, an operator's view, a
history) is not here: it is the floor.
"""

import asyncio
import sys
from typing import Final

import asyncpg
import flow
import inlet
import orjson
import uvloop

TABLES: Final = """
create table orders (id text primary key, body jsonb not null, place int not null, told int not null default 0);
create table webhooks (order_id text not null, place int not null, primary key (order_id, place));
create table outbox (id bigserial primary key, order_id text not null, due timestamptz not null default now());
create index on outbox (due);
"""
CLAIM: Final = """
update outbox set due = now() + interval '30 s'
where id in (select id from outbox where due <= now() order by due limit $1 for update skip locked)
returning id, order_id, (select body from orders where orders.id = order_id) as body
"""
Connection = asyncpg.Connection | asyncpg.pool.PoolConnectionProxy
AT_A_TIME: Final = 40
LOOK_SECONDS: Final = 1.0


class Outbox:
    """Inlet and worker in one process; several could share the tables."""

    def __init__(self, pool: asyncpg.Pool, stub_url: str) -> None:
        self._pool, self._stub_url = pool, stub_url
        self._due, self._room = asyncio.Event(), AT_A_TIME
        self.inlet = inlet.Inlet(self.start, self.tell)

    async def start(self, order: str, body: bytes) -> None:
        """The order and its first call, together or not at all."""
        async with self._pool.acquire() as db, db.transaction():
            await db.execute("insert into orders (id, body, place) values ($1, $2, 0)", order, body.decode())
            await self._put(db, order)

    async def tell(self, order: str, place: int) -> None:
        """A webhook, once; the order's next call when it has waited for it."""
        async with self._pool.acquire() as db, db.transaction():
            done = await db.execute("insert into webhooks values ($1, $2) on conflict do nothing", order, place)
            if done.endswith("1"):
                now = await db.fetchrow("update orders set told = told + 1 where id = $1 returning place, told", order)
                if flow.STEPS[now["place"]] == flow.WAIT:
                    await self._go_on(db, order, now)

    async def work(self) -> None:
        """Take what is due as long as there is room; wake by NOTIFY, look now and then all the same."""
        async with self._pool.acquire() as ears:
            await ears.add_listener("outbox", lambda *_: self._due.set())
            while True:
                self._due.clear()
                rows = await self._pool.fetch(CLAIM, self._room) if self._room else []
                self._room -= len(rows)
                for row in rows:
                    asyncio.create_task(self._one(row))  # noqa: RUF006  it ends by itself
                if not rows:
                    await self._wait()

    async def _wait(self) -> None:
        try:
            await asyncio.wait_for(self._due.wait(), LOOK_SECONDS)
        except TimeoutError:
            return

    async def _one(self, row: asyncpg.Record) -> None:
        try:
            await flow.call(self._stub_url, orjson.loads(row["body"]))
            async with self._pool.acquire() as db, db.transaction():
                await db.execute("delete from outbox where id = $1", row["id"])
                now = await db.fetchrow(
                    "update orders set place = place + 1 where id = $1 returning place, told", row["order_id"]
                )
                await self._go_on(db, row["order_id"], now)
        finally:
            self._room += 1
            self._due.set()

    async def _go_on(self, db: Connection, order: str, now: asyncpg.Record) -> None:
        """Write the next call, unless the order has to wait, or is complete."""
        place = now["place"]
        if place == len(flow.STEPS):
            self.inlet.ended(order)
        elif flow.STEPS[place] != flow.WAIT:
            await self._put(db, order)
        elif now["told"] > flow.STEPS[:place].count(flow.WAIT):
            await db.execute("update orders set place = place + 1 where id = $1", order)
            await self._put(db, order)

    async def _put(self, db: Connection, order: str) -> None:
        await db.execute("insert into outbox (order_id) values ($1)", order)
        await db.execute("notify outbox")


async def main(port: int, stub_url: str, database_url: str) -> None:
    """Until killed."""
    async with asyncpg.create_pool(database_url, min_size=4, max_size=20) as pool:
        await pool.execute(TABLES)
        outbox = Outbox(pool, stub_url)
        await asyncio.gather(outbox.work(), outbox.inlet.serve(port))


if __name__ == "__main__":
    uvloop.run(main(int(sys.argv[1]), *sys.argv[2:]))
