"""Commands of operators, as updates carry them. Actor and reason are recorded."""

from enum import StrEnum

from pydantic import Field

from interline.domain.base import Durable, JsonObject
from interline.domain.statuses import StepState


class StepCommand(Durable):
    """Retry or skip a step that needs attention.

    `corrected` replaces fields of what the step sends (retry of red 3, red 7, blue 5, blue 6): only then the effect
    gets a new idempotency key.
    """

    step: str
    actor: str
    reason: str
    corrected: JsonObject = Field(default_factory=dict)


class Fact(StrEnum):
    """What an operator may state in a partner's place."""

    CONFIRMATION = "confirmation"
    GOODS = "goods"
    DELIVERY = "delivery"


class ConfirmCommand(Durable):
    """State a fact that a partner failed to report. `data` fills the event: oms_order_no, awb, doc_no, carrier."""

    fact: str
    actor: str
    reason: str
    data: JsonObject = Field(default_factory=dict)


class CancelCommand(Durable):
    """Cancel an order. Possible until goods issue, and only if the OMS still lets it go."""

    actor: str
    reason: str


class AmendCommand(Durable):
    """Change address or lines of an order while the OMS still allows it. `changes` are fields of the client's body."""

    changes: JsonObject
    actor: str
    reason: str


class Decision(Durable):
    """What an operator decided about a parked step."""

    step: str
    act: str
    actor: str
    reason: str
    corrected: JsonObject = Field(default_factory=dict)

    @property
    def outcome(self) -> StepState:
        """Where the step goes."""
        return StepState.SKIPPED if self.act == "skip_step" else StepState.PENDING


class CommandDone(Durable):
    """The answer of a command."""

    message: str
