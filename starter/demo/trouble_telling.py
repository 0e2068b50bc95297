"""How a trouble is told: on the terminal, or in silence for scripts."""

from datetime import UTC, datetime

from rich.console import Console
from rich.text import Text

from starter.demo.telling import clock


class TroubleTeller:
    """For people. For scripts the console is quiet, and the result says it all."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def progress(self, line: str) -> None:
        """What the stack says."""
        self._console.print(Text(line, style="dim"), soft_wrap=True)

    def chapter(self, title: str, text: str) -> None:
        """A part of the story begins."""
        self._console.print(Text.assemble((f"\n{title}. ", "bold"), text), soft_wrap=True)

    def line(self, what: str, *, at: datetime | None = None) -> None:
        """Something happened."""
        self._console.print(Text.assemble((clock(at or datetime.now(UTC)), "dim"), "  ", what), soft_wrap=True)

    def end(self, did: str, *, ended: str, ui: str) -> None:
        """What the system did, and how it ended."""
        self.chapter("What the system did", did)
        self.chapter("How it ended", ended)
        self._console.print(Text(f"Temporal UI (while the stack runs): {ui}"), soft_wrap=True)
