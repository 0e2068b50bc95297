"""`interline webhooks …`: a client's webhook settings."""

from typing import Annotated

import typer

from interline.contracts.webhook_settings import check_events, shown
from interline.domain.account import EndpointSettings
from interline.domain.base import JsonObject
from interline.runtime.clients import WebhookKind as Kind
from starter.cli import deliveries
from starter.cli.errors import CliError
from starter.cli.render import dumps
from starter.cli.shop import Shop, with_shop
from starter.cli.target import ClientOption, StateOption
from starter.webhooks.accounts import Changed
from starter.webhooks.addresses import address_refusal

webhooks_app = typer.Typer(
    help="Webhooks to a client platform: settings, delivery log, sending again.", no_args_is_help=True
)
webhooks_app.command("deliveries")(deliveries.deliveries)
webhooks_app.command("redeliver")(deliveries.redeliver)

KindArgument = Annotated[Kind, typer.Argument(help="Which endpoint.")]


@webhooks_app.command("show")
def show(*, client: ClientOption = None, state: StateOption = None) -> None:
    """Print both kinds as they are now."""

    async def read(shop: Shop) -> JsonObject:
        account, settings = await shop.commands.settings()
        return shown(account, settings)

    typer.echo(dumps(with_shop(state, client, read)))


@webhooks_app.command("set")
def set_endpoint(  # noqa: PLR0913  each is one option
    kind: KindArgument,
    *,
    url: Annotated[str | None, typer.Option(help="Where its webhooks go.")] = None,
    active: Annotated[bool | None, typer.Option(help="An order needs both kinds active.")] = None,
    events: Annotated[str | None, typer.Option(help="Only these, with commas between; empty means all.")] = None,
    rate: Annotated[float | None, typer.Option(min=0.1, max=1000, help="At most so many per second.")] = None,
    client: ClientOption = None,
    state: StateOption = None,
) -> None:
    """Set one kind; what is left out stays. A new secret is printed once."""
    asked = {"url": url, "active": active, "events": _listed(events), "rate_per_second": rate}
    given = {name: value for name, value in asked.items() if value is not None}

    async def change(shop: Shop) -> JsonObject:
        _, known = await shop.commands.settings()
        if kind not in known and url is None:
            raise CliError(f"no {kind} webhook is configured yet: add --url")
        old = known[kind].model_dump() if kind in known else {}
        settings = EndpointSettings.model_validate({**old, **given})
        await _check(kind, settings, shop, new_url=url)
        return _changed(await shop.commands.configure({kind.value: settings}))

    typer.echo(dumps(with_shop(state, client, change)))


@webhooks_app.command("test")
def send_test(kind: KindArgument, *, client: ClientOption = None, state: StateOption = None) -> None:
    """Send a signed test and print the receiver's answer; exit code 1 when it was not taken."""
    result = with_shop(state, client, lambda shop: shop.commands.test(kind))
    typer.echo(dumps(result.model_dump()))
    raise typer.Exit(int(not result.ok))


@webhooks_app.command("pause")
def pause(kind: KindArgument, *, reason: str = "", client: ClientOption = None, state: StateOption = None) -> None:
    """Hold the webhooks of one kind."""
    typer.echo(dumps(_changed(with_shop(state, client, lambda shop: shop.commands.pause(kind, reason=reason)))))


@webhooks_app.command("resume")
def resume(kind: KindArgument, *, reason: str = "", client: ClientOption = None, state: StateOption = None) -> None:
    """Send them again, paused or disabled; what waits is due at once."""
    typer.echo(dumps(_changed(with_shop(state, client, lambda shop: shop.commands.resume(kind, reason=reason)))))


@webhooks_app.command("rotate-secret")
def rotate_secret(
    kind: KindArgument,
    *,
    overlap_hours: Annotated[float, typer.Option(min=0, max=168, help="How long the old one signs as well.")] = 24.0,
    client: ClientOption = None,
    state: StateOption = None,
) -> None:
    """Sign with a new secret, printed once."""
    result = with_shop(state, client, lambda shop: shop.commands.rotate(kind, overlap_hours=overlap_hours))
    typer.echo(dumps(_changed(result)))


@webhooks_app.command("recover")
def recover(kind: KindArgument, *, client: ClientOption = None, state: StateOption = None) -> None:
    """Make the waiting deliveries of one kind due now."""
    made = with_shop(state, client, lambda shop: shop.commands.recover(kind))
    typer.echo(dumps({"under_way": True} if made is None else made.model_dump()))


async def _check(kind: str, settings: EndpointSettings, shop: Shop, *, new_url: str | None) -> None:
    if problems := check_events(kind, settings.events, ""):
        raise CliError(f"an event is {problems[0].message}")
    if new_url is not None and (why := await address_refusal(new_url, allow_private=shop.allow_private)):
        raise CliError(f"the address: {why}")


def _listed(text: str | None) -> list[str] | None:
    return None if text is None else [part for part in text.split(",") if part]


def _changed(changed: Changed) -> JsonObject:
    return shown(changed.account, changed.account.endpoints, new_secrets=changed.new_secrets)
