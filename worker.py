"""The worker's composition root: builds the clients and connections once, and runs all workers of this process.

`python worker.py` (or `interline worker`). Orders on their own queue; each partner's durable calls on the partner's.
"""

import asyncio
import inspect
import signal
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import structlog
from temporalio.client import Client
from temporalio.common import MetricMeter
from temporalio.runtime import Runtime
from temporalio.service import RPCError, RPCStatusCode
from temporalio.worker import UnsandboxedWorkflowRunner, Worker
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions
from uvicorn.loops.auto import auto_loop_factory

from activities.calling import PartnerCalls
from activities.client_platform import ClientPlatform
from activities.deliveries import Deliveries
from activities.endpoint_health import HealthReports
from activities.engine import Engine
from activities.http import Http
from activities.logistics import Logistics
from activities.oms import Oms
from activities.reconciling import Reconciler
from activities.redelivery import Redeliverer
from activities.strays import Strays
from activities.webhook_gate import Workers
from activities.wms import Wms
from interline.names import ORDER_QUEUE, Partner
from interline.runtime import collector, logging
from interline.runtime.accounts import Accounts
from interline.runtime.clients import ClientRegistry
from interline.runtime.schedules import keep_reconciling
from interline.runtime.sealing import Sealer
from interline.runtime.settings import Settings
from interline.runtime.temporal import NamespaceNotReadyError, check_namespace, connect, measured
from workflows.client_account import ClientAccount
from workflows.idempotency import IdempotencyKey
from workflows.order import Order
from workflows.pricing import DomesticPricing
from workflows.reconciling import Reconciliation
from workflows.redelivery import Redelivery
from workflows.showing import Cards
from workflows.stray import Stray

log = structlog.get_logger()

WORKFLOWS: list[type] = [Order, DomesticPricing, Stray, ClientAccount, Redelivery, IdempotencyKey, Reconciliation]
SLOTS = 200
"""Local tries hold workflow-task slots, so hanging endpoints starve healthy orders when there are few (DESIGN §2)."""
POLLERS = 20
"""Polls for workflow tasks: a task that meets none is written down first. With the SDK's five, 0.92 of the orders/s."""
LOOK_AGAIN_SECONDS = 1.0
"""While the Temporal server cannot be reached at start."""
ABOUT_US = {
    *(RPCStatusCode.UNAUTHENTICATED, RPCStatusCode.PERMISSION_DENIED, RPCStatusCode.NOT_FOUND),
    *(RPCStatusCode.INVALID_ARGUMENT, RPCStatusCode.FAILED_PRECONDITION, RPCStatusCode.UNIMPLEMENTED),
}
"""What a server says that can be reached. A connection that breaks has many names (*transport error* is UNKNOWN)."""
ACTIVITY_MARK = "__temporal_activity_definition"
"""What the SDK's own decorator leaves on a function."""
GRACE = timedelta(seconds=30)


def runner() -> SandboxedWorkflowRunner:
    """The workflow sandbox with our own pure packages passed through: tests, replays, whatever guards our code.

    The worker itself goes without: for each order the sandbox imports our workflows again, and for each payload it runs
    code of its own, which took 30 % of the worker's CPU.
    """
    return SandboxedWorkflowRunner(
        restrictions=SandboxRestrictions.default.with_passthrough_modules("interline", "activities", "structlog")
    )


def build(client: Client, calls: PartnerCalls, settings: Settings) -> list[Worker]:
    """All workers of one process: orders, and one queue per partner."""
    registry, activities = calls.registry, _activities(calls, client, settings)
    orders = Worker(
        client,
        task_queue=ORDER_QUEUE,
        workflows=WORKFLOWS,
        activities=activities,
        workflow_runner=UnsandboxedWorkflowRunner(),
        interceptors=[Cards()],
        max_cached_workflows=settings.max_cached_workflows,
        max_concurrent_workflow_tasks=SLOTS,
        max_concurrent_workflow_task_polls=POLLERS,
        max_concurrent_local_activities=SLOTS,
        graceful_shutdown_timeout=GRACE,
    )
    return [orders, *(_partner_worker(client, partner, activities, registry) for partner in Partner)]


def _partner_worker(
    client: Client, partner: Partner, activities: list[Callable[..., Any]], registry: ClientRegistry
) -> Worker:
    rates = [
        account.rate_per_second
        for known in registry.all()
        if (account := known.partners.get(partner)) and account.rate_per_second
    ]
    return Worker(
        client,
        task_queue=partner.queue,
        activities=activities,
        max_concurrent_activities=SLOTS,
        max_task_queue_activities_per_second=min(rates, default=None),
        graceful_shutdown_timeout=GRACE,
    )


def _activities(calls: PartnerCalls, client: Client, settings: Settings) -> list[Callable[..., Any]]:
    """Every activity of every box: what is defined is registered."""
    platform, deliveries = _client_platform(calls, client, settings), Deliveries(client)
    boxes = (
        Oms(calls),
        Wms(calls),
        Logistics(calls, client),
        platform,
        deliveries,
        Redeliverer(deliveries, platform),
        Strays(client),
        Engine(client),
        Reconciler(client, calls.registry),
    )
    members = [member for box in boxes for _, member in inspect.getmembers(box, inspect.ismethod)]
    return [member for member in members if hasattr(member, ACTIVITY_MARK)]


def _client_platform(calls: PartnerCalls, client: Client, settings: Settings) -> ClientPlatform:
    sealer = Sealer.of(settings.secrets_key, base=settings.clients_file.parent)
    return ClientPlatform(
        calls,
        Accounts(client, sealer),
        HealthReports(client, settings.endpoint_health),
        Workers(client),
        public_only=not settings.allow_private_webhooks,
    )


async def ready_client(settings: Settings, runtime: Runtime | None = None) -> Client:
    """Connected, its namespace checked. A server that is not there yet is waited for: both may be starting at once."""
    while True:
        try:
            client = await connect(runtime=runtime)
            await check_namespace(client, retention_days=settings.retention_days)
            await keep_reconciling(client, every_seconds=settings.reconcile_every_seconds)
        except (RuntimeError, RPCError) as error:  # the SDK's words for a server that cannot be reached, now and later
            if not _unreachable(error):
                raise
            log.warning("worker.waits_for_temporal", why=type(error).__name__, hint="interline doctor")
        else:
            return client
        await asyncio.sleep(LOOK_AGAIN_SECONDS)


def _unreachable(error: RuntimeError | RPCError) -> bool:
    if isinstance(error, RPCError):
        return error.status not in ABOUT_US
    return not isinstance(error, NamespaceNotReadyError)


async def run(settings: Settings) -> None:
    """Run until SIGINT or SIGTERM; then finish or hand back what is running, within the grace."""
    registry = ClientRegistry(settings.clients_file)
    runtime = measured(settings.worker_metrics)
    client = await ready_client(settings, runtime)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    loop.add_signal_handler(signal.SIGHUP, registry.reload)
    async with Http() as http, asyncio.TaskGroup() as group:
        calls = PartnerCalls(registry, http, runtime.metric_meter if runtime else MetricMeter.noop)
        workers = build(client, calls, settings)
        for worker in workers:
            group.create_task(worker.run())
        log.info("worker.ready", queue=ORDER_QUEUE, partners=[partner.queue for partner in Partner])
        await stop.wait()
        await asyncio.gather(*(worker.shutdown() for worker in workers))


def main() -> None:
    """Entry point of the process; on uvloop, which takes an eighth of its CPU away (docs/performance.md)."""
    settings = Settings()
    logging.configure(process="worker", level=settings.log_level, file=settings.log_file)
    collector.settle()
    with asyncio.Runner(loop_factory=auto_loop_factory()) as runner:
        runner.run(run(settings))


if __name__ == "__main__":
    main()
