"""`interline doctor`."""

import asyncio
import sys

import typer
from rich.console import Console
from rich.text import Text

from starter.cli import render
from starter.cli.checkup import examine
from starter.cli.finding import Finding
from starter.cli.target import JsonOption, StateOption, Target


def doctor(*, state: StateOption = None, json: JsonOption = False) -> None:
    """Check everything an order needs, and say the fix for what is missing. Exit code 1 when something is."""
    findings = asyncio.run(examine(Target.find(state)))
    if json:
        typer.echo(render.dumps([vars(finding) for finding in findings]))
    else:
        for finding in findings:
            _print(finding)
    sys.exit(0 if all(finding.ok for finding in findings) else 1)


def _print(finding: Finding) -> None:
    console = Console(soft_wrap=True, highlight=False)
    mark, style = ("✓", "green") if finding.ok else ("✗", "bold red")
    console.print(Text.assemble((mark, style), f" {finding.name}: {finding.detail}"))
    if not finding.ok:
        console.print(Text(f"  fix: {finding.fix}"))
