"""DBOS on PostgreSQL: `python dbos_app.py PORT STUB_URL DATABASE_URL`. One workflow an order, one step a call.

Inlet and workflows in one process, as DBOS recommends: it is a library of the application.
"""

import asyncio
import sys
from typing import Any

import flow
import inlet
import orjson
from dbos import DBOS, DBOSConfig, SetWorkflowID

PORT, STUB_URL, DATABASE_URL = int(sys.argv[1]), sys.argv[2], sys.argv[3]
HOUR_SECONDS = 3600.0
config: DBOSConfig = {
    "name": "bench",
    "system_database_url": DATABASE_URL,
    "application_version": "1",
    "log_level": "ERROR",
    "sys_db_pool_size": 20,
}
DBOS(config=config)


@DBOS.step(retries_allowed=True, max_attempts=10)
async def call(order: dict[str, Any]) -> int:
    """One HTTP call."""
    return await flow.call(STUB_URL, order)


@DBOS.workflow()
async def carry(number: str, order: dict[str, Any]) -> None:
    """The order from start to end."""
    for step in flow.STEPS:
        if step == flow.WAIT:
            await DBOS.recv_async(timeout_seconds=HOUR_SECONDS)
        else:
            await call(order)
    door.ended(number)


async def start(number: str, body: bytes) -> None:
    """Durable when it returns: the workflow's row is written."""
    with SetWorkflowID(number):
        await DBOS.start_workflow_async(carry, number, orjson.loads(body))


async def tell(number: str, place: int) -> None:
    """A webhook, once."""
    await DBOS.send_async(number, place, idempotency_key=f"{number}-{place}")


door = inlet.Inlet(start, tell)


async def main() -> None:
    """Until killed."""
    DBOS.launch()
    await door.serve(PORT)


if __name__ == "__main__":
    asyncio.run(main())
