"""From a recorded history of ours to the script of the *bound*: the same commands, at the same wake-ups, empty.

So the bound can never be an easier flow than ours: its script is read from our own history, whatever that has become.
"""

from collections.abc import Iterable

from pydantic import BaseModel
from temporalio.api.enums.v1 import EventType as E
from temporalio.api.history.v1 import HistoryEvent


class Turn(BaseModel):
    """The commands of one workflow task, and what has to be there before it: counts from the start of the order."""

    signals: int = 0
    done: int = 0
    """Regular activities finished."""
    locals: int = 0
    activities: int = 0
    timers: int = 0
    cancelled: int = 0
    upserts: int = 0


class Script(BaseModel):
    """One order's worth of work. `stub_url`: each activity makes one HTTP call there; empty: it returns at once."""

    turns: list[Turn]
    stub_url: str = ""

    @property
    def signals(self) -> int:
        """How many signals the order gets."""
        return max((turn.signals for turn in self.turns), default=0)


def script_of(events: Iterable[HistoryEvent]) -> Script:
    """Read the script from a history."""
    turns: list[Turn] = []
    signals = done = 0
    for event in events:
        kind = event.event_type
        signals += kind == E.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED
        done += kind == E.EVENT_TYPE_ACTIVITY_TASK_COMPLETED
        if kind == E.EVENT_TYPE_WORKFLOW_TASK_COMPLETED:
            turns.append(Turn(signals=signals, done=done))
        elif turns and (name := _COMMANDS.get(kind)):
            setattr(turns[-1], name, getattr(turns[-1], name) + 1)
    return Script(turns=turns)


_COMMANDS = {
    E.EVENT_TYPE_MARKER_RECORDED: "locals",
    E.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED: "activities",
    E.EVENT_TYPE_TIMER_STARTED: "timers",
    E.EVENT_TYPE_TIMER_CANCELED: "cancelled",
    E.EVENT_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES: "upserts",
}
