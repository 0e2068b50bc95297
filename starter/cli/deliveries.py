"""`interline webhooks deliveries|redeliver`: the delivery log, and sending again."""

from typing import Annotated, Final

import typer
from rich.table import Table

from activities.deliveries import Deliveries
from interline.contracts import delivery_log
from interline.domain.base import JsonObject
from interline.domain.calls import TryRecord
from interline.domain.deliveries import DeliveryState, DeliveryView, WantedDeliveries
from starter.cli.errors import CliError
from starter.cli.render import dumps, wide_console
from starter.cli.render import moment as written
from starter.cli.shop import Shop, with_shop
from starter.cli.target import ClientOption, JsonOption, StateOption
from starter.webhooks.log import OPEN_STATES, Asked, Page, orders_asked, read_log
from starter.webhooks.redelivery import send_again, send_many_again

ANSWER_SHOWN: Final = 200

OrderOption = Annotated[str | None, typer.Option("--order", help="Of one order.")]
SinceOption = Annotated[str | None, typer.Option("--since", help="From this time on, like 2026-11-23T09:00:00Z.")]


def deliveries(  # noqa: PLR0913  each is one option
    *,
    order: OrderOption = None,
    status: Annotated[DeliveryState | None, typer.Option(help="Only those.")] = None,
    since: SinceOption = None,
    client: ClientOption = None,
    state: StateOption = None,
    json: JsonOption = False,
) -> None:
    """Print the delivery log: of one order, or of the newest orders."""

    async def read(shop: Shop) -> Page:
        asked = Asked(
            client_id=shop.client.client_id,
            order_number=order,
            states=[status] if status else [],
            since=shop.time(since),
        )
        log = Deliveries(shop.temporal)
        return await read_log(log, asked, await orders_asked(log, asked))

    page = with_shop(state, client, read)
    found = page.deliveries
    typer.echo(dumps([delivery_log.shown(view) for view in found])) if json else _print(found, order, status)
    if page.unread:
        typer.echo(f"No answer from {', '.join(page.unread)}: does a worker run? Repeat.", err=True)


def redeliver(  # noqa: PLR0913  each is one option
    delivery: Annotated[str | None, typer.Argument(metavar="[ID]", help="Of the log, like SO-1~3.")] = None,
    *,
    order: OrderOption = None,
    since: SinceOption = None,
    until: Annotated[str | None, typer.Option(help="Up to this time.")] = None,
    failed_only: Annotated[bool, typer.Option("--failed-only", help="Only what failed at least once.")] = False,
    client: ClientOption = None,
    state: StateOption = None,
) -> None:
    """Send again: one delivery, all of an order, or of all orders accepted in a time range."""
    if sum(given is not None for given in (delivery, order, since)) != 1:
        raise CliError("name one delivery, or --order, or --since")

    async def send(shop: Shop) -> JsonObject:
        client_id, actor = shop.client.client_id, shop.commands.actor
        if delivery:
            return await send_again(shop.temporal, client_id, await _one(shop, delivery), actor=actor)
        wanted = WantedDeliveries(
            client_id=client_id,
            order_number=order,
            since=shop.time(since),
            until=shop.time(until),
            failed_only=failed_only,
        )
        return await send_many_again(shop.temporal, wanted, actor=actor)

    typer.echo(dumps(with_shop(state, client, send)))


async def _one(shop: Shop, wanted: str) -> DeliveryView:
    number = wanted.partition("~")[0]
    page = await read_log(Deliveries(shop.temporal), Asked(client_id=shop.client.client_id), [number])
    for view in page.deliveries:
        if view.id == wanted:
            return view
    raise CliError(f"there is no delivery {wanted}: `interline webhooks deliveries --order {number}` lists them")


def _print(found: list[DeliveryView], order: str | None, status: DeliveryState | None) -> None:
    table = Table("id", "event", "status", "tries", "last answer", "next try", "webhook id")
    for view in found:
        last = view.tries[-1] if view.tries else None
        said = str(last.status or last.message) if last else ""
        table.add_row(
            view.id,
            view.event,
            view.state.value,
            str(len(view.tries)),
            said,
            written(view.next_try_at),
            view.webhook_id,
        )
    wide_console().print(table if found else "No deliveries.")
    for view in found:
        if len(view.tries) > 1 or view.state in OPEN_STATES:
            _print_tries(view, view.tries if order else view.tries[-1:] if status else [])


def _print_tries(view: DeliveryView, tries: list[TryRecord]) -> None:
    """What the receiver said, to somebody who looks for the reason. It may not steer the terminal."""
    for one in tries:
        shown = "".join(char if char.isprintable() else " " for char in one.answer[:ANSWER_SHOWN])
        answer = f": {shown}" if shown else ""
        said = f"{one.status} in {one.milliseconds} ms{answer}" if one.status else one.message
        typer.echo(f"{view.id}  try {one.number}  {written(one.at)}  {said}")
