"""What an activity needs for one call to a partner: ids and what the call carries, never the whole order."""

from datetime import datetime

from pydantic import Field

from interline.domain.base import Durable, JsonObject
from interline.domain.events import Event
from interline.domain.policy import HOLD_SECONDS, Keys
from interline.domain.shipment import Price, Shipment


class TryRecord(Durable):
    """One try of a call, as the log of tries keeps it. `answer` stands only in the log that the client itself reads."""

    number: int
    """From 1 over all tries of the call, the local one included; a try that was held back does not count."""
    at: datetime
    outcome: str
    message: str = ""
    next_seconds: float = 0.0
    maybe_sent: bool = True
    """This try, or one before it, may have had its effect."""
    attempt: int = 0
    """The engine's own count: a gap is a try that left no record."""
    place: int = 0
    """In the schedule; it starts over when the call is made due by hand."""
    destination: str = ""
    status: int | None = None
    milliseconds: int = 0
    answer: str = ""


class FailedTry(Durable):
    """How the local try ended. The first durable attempt only repeats this, so that the UI shows the true failure."""

    outcome: str
    message: str
    wait_seconds: float | None = None
    resume_seconds: float | None = None
    """Exactly when to go on (after a continue-as-new), instead of a new pause."""
    tries: list[TryRecord] = Field(default_factory=list)
    """The log of tries up to this failure, where the failure carries it: a local one, and the last."""


class CallInput(Durable):
    """What every call has in common. `key` is fixed before the first attempt and the same in each."""

    client_id: str
    order_number: str
    step: str
    key: str
    keys: Keys = Keys.HONOURED
    budget_seconds: float = 10.0
    durable: bool = False
    after: FailedTry | None = None
    tries_before: int = 0
    """Tries made before a continue-as-new; their log comes along in `records`."""
    records: list[TryRecord] = Field(default_factory=list)
    schedule_seconds: list[float] = Field(default_factory=list)
    """Pauses between durable tries; empty means the partners' own back-off (1 s doubling to 60 s)."""
    hold_seconds: float = HOLD_SECONDS
    """How long it waits for an endpoint that takes nothing now, where there is a schedule."""

    @property
    def destination(self) -> str:
        """Which of several receivers the log of tries is to name."""
        return ""


class CarriedCall(Durable):
    """A durable call that a continue-as-new issues again: same key, the tries so far, the time of the next."""

    key: str
    failed: FailedTry
    next_at: datetime | None = None
    tries_before: int = 0
    records: list[TryRecord] = Field(default_factory=list)


class PendingCalls(Durable):
    """The durable calls that an order has under way, as the engine knows them."""

    calls: list[CarriedCall] = Field(default_factory=list)


class CreateOrder(CallInput):
    """Red 3. `body` is the client's object, forwarded with unknown fields untouched."""

    warehouse_id: str
    tracking_id: str
    body: JsonObject


class Created(Durable):
    """The OMS has the order; `confirmed` when its answer is the confirmation already (red 4)."""

    oms_order_no: str = ""
    confirmed: bool = False
    found: bool = False
    """It was already there: a look-up settled an unknown outcome."""


class RequestPrice(CallInput):
    """Blue 2. Asks for what this shipment costs."""

    shipment: Shipment
    provider: str = ""
    """One of the client's further providers; empty for the main one."""
    best_only: bool = False
    """An order takes one offer, so its history keeps one."""


class Priced(Durable):
    """Blue 3. The provider's offers that passed our checks, cheapest first, and its own objects of the same."""

    prices: list[Price] = Field(default_factory=list)
    offers: list[JsonObject] = Field(default_factory=list)
    not_serviceable: str = ""


class ReadQuote(CallInput):
    """Look at a quote that the client named."""

    quote_id: str


class QuoteFound(Durable):
    """The quote's cheapest fitting price, or why it does not hold."""

    price: Price | None = None
    valid_until: datetime | None = None
    problem: str = ""


class LogisticsWebhook(CallInput):
    """Blue 5 and blue 6 carry the same `webhook` object."""

    webhook: JsonObject
    provider: str = ""


class CancelOrder(CallInput):
    """Undo red 3."""

    kind: str
    warehouse_id: str
    reason: str


class AmendOrder(CallInput):
    """Change what the OMS has."""

    kind: str
    warehouse_id: str
    changes: JsonObject


class AskOms(CallInput):
    """Where does the order stand?"""

    kind: str
    warehouse_id: str


class Facts(Durable):
    """What a partner said when it was asked, as events. `known`: it has such an order at all."""

    known: bool = True
    events: list[Event] = Field(default_factory=list)


class Ruling(Durable):
    """What the OMS decided about a cancellation or an amendment."""

    accepted: bool
    reason: str = ""


class CancelShipment(CallInput):
    """Tell the provider that nobody needs to come."""

    tracking_id: str
    reason: str
    provider: str = ""


class Registered(Durable):
    """The partner's id of what it recorded, if it names one."""

    partner_id: str = ""


class ForwardGoods(CallInput):
    """Red 7. `goods` is the warehouse's own PGI or GRN object."""

    item: str
    doc_no: str
    goods: JsonObject


class UpdateShipment(CallInput):
    """Blue 7. One shipment status for the OMS record."""

    event_id: str
    status: JsonObject


class CheckTracking(CallInput):
    """Does the provider know this tracking id?"""

    tracking_id: str
    provider: str = ""


class Acknowledged(Durable):
    """The partner took it."""

    partner_id: str = ""


class SendWebhook(CallInput):
    """Red 5, red 6, blue 4, blue 8: one webhook for the client platform."""

    kind: str
    event: str
    sequence: int | None = None
    """None for what has no place in the order's own sequence (late, ping, notice)."""
    webhook_id: str
    body: JsonObject
    replay: bool = False
    """Sent again on request: marked as such, and sent even when this worker remembers having sent it."""

    @property
    def destination(self) -> str:
        """Which of the client's endpoints."""
        return self.kind


class Delivered(Durable):
    """The client platform took the webhook, or had not chosen its event (then nothing was sent)."""

    status: int
    milliseconds: int = 0
    answer: str = ""
    chosen: bool = True
    tries: list[TryRecord] = Field(default_factory=list)
