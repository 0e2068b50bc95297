"""The one serialisable state of an order. Everything its workflow knows is here or in its input."""

from datetime import datetime

from pydantic import Field

from interline.domain.base import Durable, JsonObject
from interline.domain.calls import CarriedCall, TryRecord
from interline.domain.commands import Decision
from interline.domain.events import Event
from interline.domain.shipment import Price
from interline.domain.statuses import ClientEvent, LogisticsStatus, OrderStatus
from interline.domain.view import Breach, Problem, StepView, TimelineEntry


class Goods(Durable):
    """One goods movement of the warehouse: a PGI document or a goods receipt."""

    item: str
    event: Event


class Delivery(Durable):
    """One client webhook of this order, in sequence. `webhook_id` stays the same over all tries."""

    sequence: int
    event: ClientEvent
    step: str
    webhook_id: str
    body: JsonObject
    occurred_at: datetime
    recorded: bool = False
    """Its place follows from the end of a durable call: it is told when the history has it, not before."""


class DeliveryRecord(Durable):
    """One client webhook that was worked off, for the delivery log: delivered, dead, skipped, not_chosen."""

    delivery: Delivery
    state: str
    at: datetime
    tries: list[TryRecord] = Field(default_factory=list)
    size: int = 0
    """Bytes of its body."""
    body_kept: bool = True


class CarrierFact(Durable):
    """The carrier's word that counts: the highest of all that were heard (see `rules.carrier_rank`)."""

    status: LogisticsStatus = LogisticsStatus.NONE
    code: str = ""
    at: datetime | None = None


class Cancellation(Durable):
    """A cancellation and what became of it: asking, refused (the order goes on), accepted."""

    actor: str
    reason: str
    at: datetime
    state: str = "asking"
    refusal: str = ""


class OrderState(Durable):
    """Facts first, then what waits to be acted on. A fact is never deleted."""

    order_status: OrderStatus = OrderStatus.ACCEPTED
    carrier: CarrierFact = Field(default_factory=CarrierFact)
    oms_order_no: str = ""
    ended: bool = False
    registered: bool = False
    confirmed: bool = False
    rejection: str | None = None
    cancelled_by_oms: bool = False
    cancellation: Cancellation | None = None
    amended: JsonObject = Field(default_factory=dict)
    """Fields of the client's body that were changed since."""
    goods_received: bool = False
    goods_seen: list[str] = Field(default_factory=list)
    goods_told: list[str] = Field(default_factory=list)
    """Goods movements whose red 7 is done, skipped or not needed."""
    is_return: bool = False
    ordered: int = 0
    """Pieces over all lines."""
    moved: int = 0
    booked: dict[str, dict[str, int]] = Field(default_factory=dict)
    """Pieces that moved, by AWB (empty: none was named) and SKU."""
    asked_pieces: int = 0
    """Pieces that were learnt by asking, whose webhook has not come (yet)."""
    damaged: int = 0
    moved_unknown: bool = False
    """A goods movement came without lines: taken as everything."""
    closed_by_oms: bool = False
    came_back: bool = False
    """An outbound order's goods are back in the warehouse."""
    parcels: list[str] = Field(default_factory=list)
    """AWBs of the goods movements."""
    carrier_facts: dict[str, CarrierFact] = Field(default_factory=dict)
    courier_said: list[str] = Field(default_factory=list)
    """Code and time of each status, so that one that comes twice by different ways is told once."""
    heard: list[str] = Field(default_factory=list)
    awbs: list[str] = Field(default_factory=list)
    courier: str = ""
    price: Price | None = None
    seen: list[str] = Field(default_factory=list)
    duplicates: int = 0
    unusable: list[str] = Field(default_factory=list)
    flags: list[str] = Field(default_factory=list)

    warehouse_inbox: list[Event] = Field(default_factory=list)
    """Red facts to act on: goods movements, OMS statuses, AWBs."""
    carrier_inbox: list[Event] = Field(default_factory=list)
    """Blue facts to act on: shipment statuses."""
    weighed_inbox: list[Event] = Field(default_factory=list)
    """Goods movements that bring a weight: the price is checked again."""
    outbox: list[Delivery] = Field(default_factory=list)
    delivery_log: list[DeliveryRecord] = Field(default_factory=list)
    """The newest, by sequence (see `deliveries`)."""
    next_sequence: int = 1
    revision: int = 0
    """Raised by each corrected retry, so that its effect gets a key of its own."""
    webhooks_sent: int = 0

    confirmation_told: bool = False
    priced: bool = False
    recorded: bool = False
    hooked: bool = False
    hooking: bool = False
    """Blue 6 was tried at least, so an undo must look."""
    arrived: list[str] = Field(default_factory=list)
    """Ids of events that came before red 5 had its place, in the order of arrival."""
    posted: list[str] = Field(default_factory=list)
    """Events still being acted on whose client webhook is in the outbox already."""
    waiting_since: dict[str, datetime] = Field(default_factory=dict)
    rungs_passed: dict[str, int] = Field(default_factory=dict)
    breaches: list[Breach] = Field(default_factory=list)
    unwell: list[str] = Field(default_factory=list)
    """Destinations whose last try failed: they are called durably."""
    decisions: dict[str, Decision] = Field(default_factory=dict)
    carried: dict[str, CarriedCall] = Field(default_factory=dict)
    """Durable calls to be issued again after a continue-as-new, by idempotency key."""

    raised: dict[str, int] = Field(default_factory=dict)
    """How often each step has asked for a human."""
    steps: dict[str, StepView] = Field(default_factory=dict)
    undone: bool = False
    """Of a cancelled order: everything was taken back."""
    undo: dict[str, StepView] = Field(default_factory=dict)
    """Each undo of a cancelled order, as a step of its own."""
    timeline: list[TimelineEntry] = Field(default_factory=list)
    problems: list[Problem] = Field(default_factory=list)
