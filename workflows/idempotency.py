"""`IdempotencyKey`: remembers what a client's key named. Its memo is the record, its id the lock."""

from temporalio import workflow

from interline.names import Workflow


@workflow.defn(name=Workflow.IDEMPOTENCY_KEY)
class IdempotencyKey:
    """Ends at once: the namespace remembers it as long as any closed order."""

    @workflow.run
    async def run(self) -> None:
        """Nothing."""
