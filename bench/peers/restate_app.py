"""Restate: `python restate_app.py PORT STUB_URL`. One workflow an order, one `run` a call, one promise a webhook.

The server's own HTTP ingress takes orders and webhooks; this process only does the work.
"""

import sys
from typing import Any

import flow
import hypercorn.asyncio
import hypercorn.config
import restate
import uvloop

PORT, STUB_URL = int(sys.argv[1]), sys.argv[2]
order_flow = restate.Workflow("Order")


async def call(order: dict[str, Any]) -> int:
    """One HTTP call."""
    return await flow.call(STUB_URL, order)


@order_flow.main()
async def run(ctx: restate.WorkflowContext, order: dict[str, Any]) -> None:
    """The order from start to end."""
    told = 0
    for step in flow.STEPS:
        if step == flow.WAIT:
            await ctx.promise(f"webhook-{told}").value()
            told += 1
        else:
            await ctx.run_typed(step, call, order=order)


@order_flow.handler()
async def tell(ctx: restate.WorkflowSharedContext, place: int) -> None:
    """A webhook: a promise is resolved once."""
    await ctx.promise(f"webhook-{place}").resolve(place)


async def main() -> None:
    """Until killed."""
    config = hypercorn.config.Config()
    config.bind = [f"127.0.0.1:{PORT}"]
    await hypercorn.asyncio.serve(restate.app(services=[order_flow]), config)  # type: ignore[arg-type]


if __name__ == "__main__":
    uvloop.run(main())
