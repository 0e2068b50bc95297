"""All commands by name. Each is a thin line from options to the function that does the work."""

import sys

import typer
from rich.console import Console

from starter.cli import clients, doctor, orders, parts, setup, up
from starter.cli.errors import CliError
from starter.demo import command as demo
from starter.stack.errors import StackError

INTERRUPTED = 130

app = typer.Typer(
    help="A durable integration layer on Temporal: carries orders from a client platform through OMS, WMS and courier.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command("up")(up.up)
app.command("demo")(demo.demo)
app.command("orders")(orders.list_orders)
app.add_typer(orders.order_app, name="order")
app.add_typer(clients.client_app, name="client")
app.command("doctor")(doctor.doctor)
app.command("setup-namespace")(setup.setup_namespace)
app.command("worker")(parts.worker)
app.command("gateway")(parts.gateway)
app.command("sandbox")(parts.sandbox)
app.command("temporal")(parts.temporal)
app.command("version")(setup.print_version)


def main() -> None:
    """Run the command line. Errors are sentences on stderr and exit code 1, never a traceback."""
    try:
        app()
    except (CliError, StackError) as error:
        Console(stderr=True, soft_wrap=True).print(f"interline: {error}", markup=False, highlight=False)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
