"""One order of the demo."""

from dataclasses import dataclass, field

from interline.domain.order import Kind
from interline.domain.statuses import OrderStatus
from interline.steps import Step
from starter.demo.evidence import Proof, missing
from starter.demo.handles import Answered


@dataclass(kw_only=True)
class Order:
    """One order as the client platform knows it, and what of it has been proven so far."""

    number: str
    kind: Kind
    quote: Answered | None = None
    accepted: Answered | None = None
    proofs: dict[Step, Proof] = field(default_factory=dict)
    status: str = ""

    @property
    def complete(self) -> bool:
        """Every arrow happened, and Interline says so too."""
        return not missing(self.proofs) and self.status == OrderStatus.COMPLETED
