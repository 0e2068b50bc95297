"""All commands by name. Each is a thin line from options to the function that does the work."""

import os
import sys
from contextlib import suppress
from typing import NoReturn

import typer
from rich.console import Console

from starter.cli import (
    attention,
    change,
    clients,
    decide,
    doctor,
    orders,
    parts,
    reconcile,
    setup,
    strays,
    up,
    webhooks,
)
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
app.command("attention")(attention.attention)
orders.order_app.command("retry")(decide.retry)
orders.order_app.command("skip")(decide.skip)
orders.order_app.command("confirm")(decide.confirm)
orders.order_app.command("cancel")(change.cancel)
orders.order_app.command("amend")(change.amend)
app.add_typer(orders.order_app, name="order")
app.add_typer(clients.client_app, name="client")
app.add_typer(strays.stray_app, name="stray")
app.add_typer(webhooks.webhooks_app, name="webhooks")
app.command("reconcile")(reconcile.reconcile)
app.command("doctor")(doctor.doctor)
app.command("setup-namespace")(setup.setup_namespace)
app.command("worker")(parts.worker)
app.command("gateway")(parts.gateway)
app.command("sandbox")(parts.sandbox)
app.command("temporal")(parts.temporal)
app.command("version")(setup.print_version)


def main() -> NoReturn:
    """Run the command line. Errors are sentences on stderr and exit code 1, never a traceback.

    Ends without the interpreter's own shutdown: a thread of Temporal's client may call into it then and abort the
    process (seen in one of ten runs of `order why`), after all was said but with the wrong exit code.
    """
    code = _run()
    with suppress(OSError):  # the reader of a pipe may be gone
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(code)


def _run() -> int:
    try:
        app()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    except (CliError, StackError) as error:
        Console(stderr=True, soft_wrap=True).print(f"interline: {error}", markup=False, highlight=False)
        return 1
    except KeyboardInterrupt:
        return INTERRUPTED
    return 0
