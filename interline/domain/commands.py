"""Commands of operators, as updates carry them. Actor and reason are recorded."""

from interline.domain.base import Durable
from interline.domain.statuses import StepState


class StepCommand(Durable):
    """Retry or skip a step that needs attention."""

    step: str
    actor: str
    reason: str


class Decision(Durable):
    """What an operator decided about a parked step."""

    step: str
    act: str
    actor: str
    reason: str

    @property
    def outcome(self) -> StepState:
        """Where the step goes."""
        return StepState.SKIPPED if self.act == "skip_step" else StepState.PENDING


class CommandDone(Durable):
    """The answer of a command."""

    message: str
