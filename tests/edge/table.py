"""The catalogue of bad inputs (reliability rules §5) as data: what is sent, and the exact answer.

Numbers are the catalogue's. Where our design differs it wins: Shipper's envelope carries the code, a signed webhook is
answered 200, unknown fields are kept, weights have four decimals, an expired quote is asked for again.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

Sent = bytes | Callable[[], bytes]
"""Bytes, or what makes them when they hold the time of now."""


@dataclass(frozen=True)
class Row:
    """One line of the table. `before` is sent first, each on a connection of its own."""

    number: int
    what: str
    sent: Sent
    status: int
    code: str = ""
    before: list[Sent] = field(default_factory=list)
    closes: bool = False
    header: tuple[str, str] | None = None

    def wire(self) -> list[bytes]:
        """What is sent, in order; the answer to the last one counts."""
        return [sent if isinstance(sent, bytes) else sent() for sent in (*self.before, self.sent)]

    @property
    def name(self) -> str:
        """For the test report."""
        return f"{self.number} {self.what}"
