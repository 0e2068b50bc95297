"""All histories of a run on the code as it is now (PRF-04)."""

from collections.abc import AsyncIterator, Iterable

from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer

from interline.runtime.temporal import DATA_CONVERTER
from worker import WORKFLOWS, runner


async def replay(histories: Iterable[WorkflowHistory]) -> dict[str, str]:
    """Ids of the workflows whose history does not replay, with the reason."""
    replayer = Replayer(workflows=WORKFLOWS, data_converter=DATA_CONVERTER, workflow_runner=runner())

    async def each() -> AsyncIterator[WorkflowHistory]:
        for history in histories:
            yield history

    results = await replayer.replay_workflows(each(), raise_on_replay_failure=False)
    return {run_id: str(failure) for run_id, failure in results.replay_failures.items()}
