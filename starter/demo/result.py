"""What `interline demo --json` prints (shape: DESIGN §11, a public contract)."""

from collections.abc import Sequence
from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field
from temporalio.client import Client

from interline.domain.order import Kind
from interline.domain.statuses import StepState
from interline.names import order_workflow_id
from interline.steps import ROUTES, Step
from starter.demo.evidence import Proof
from starter.demo.order import Order
from starter.links import ui_link
from starter.stack.manifest import Manifest


class StepResult(BaseModel):
    """One arrow. `evidence`: ids of ledger, inbox and sent entries, or the gateway's request ids."""

    model_config = ConfigDict(serialize_by_alias=True, validate_by_name=True)

    state: StepState
    at: datetime | None
    sender: str = Field(alias="from")
    to: str
    evidence: list[str]


class OrderResult(BaseModel):
    """One order; `events` is the length of its history, `ui` its page."""

    order_number: str
    kind: Kind
    workflow_id: str
    status: str
    ui: str
    events: int
    steps: dict[str, StepResult]


class DemoResult(BaseModel):
    """`ok`: every arrow of every order has its evidence, and every order completed."""

    ok: bool
    orders: list[OrderResult]


async def summarise(manifest: Manifest, orders: Sequence[Order]) -> DemoResult:
    """Add to the proofs what only Temporal knows: how long each history is."""
    temporal = await Client.connect(manifest.temporal, namespace=manifest.namespace)
    results = [await _order(temporal, manifest, order) for order in orders]
    return DemoResult(ok=all(order.complete for order in orders), orders=results)


async def _order(temporal: Client, manifest: Manifest, order: Order) -> OrderResult:
    workflow_id = order_workflow_id(manifest.clients[0].client_id, order.number)
    described = await temporal.get_workflow_handle(workflow_id).describe()
    return OrderResult(
        order_number=order.number,
        kind=order.kind,
        workflow_id=workflow_id,
        status=order.status,
        ui=ui_link(manifest.ui, workflow_id, namespace=manifest.namespace),
        events=described.history_length,
        steps={step.value: _step(step, order.proofs.get(step)) for step in Step},
    )


def _step(step: Step, proof: Proof | None) -> StepResult:
    sender, receiver = ROUTES[step]
    return StepResult(
        state=StepState.DONE if proof else StepState.PENDING,
        at=proof.at if proof else None,
        sender=sender,
        to=receiver,
        evidence=proof.ids if proof else [],
    )
