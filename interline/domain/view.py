"""What the query `status`, the API, the CLI and the status card show of an order. No personal data."""

from datetime import datetime

from pydantic import Field

from interline.domain.base import Durable
from interline.domain.shipment import Price


class StepView(Durable):
    """One arrow of one order."""

    state: str
    at: datetime | None = None
    note: str = ""


class TimelineEntry(Durable):
    """One thing that happened."""

    at: datetime
    what: str
    step: str = ""


class Problem(Durable):
    """Why a human is asked, and what can be done."""

    step: str
    key: str = ""
    """Of the call that failed; empty when something did not come in time."""
    reason: str
    since: datetime
    acts: list[str] = Field(default_factory=list)
    hint: str = ""
    """What usually helps."""
    about: str = ""
    """`pickup`: gone as soon as the courier picked up."""
    correctable: bool = False
    """A retry may bring corrected data."""


class Wait(Durable):
    """What the order waits for, since when, and what happens when it does not come."""

    step: str
    what: str
    since: datetime
    next_act: str = ""
    next_at: datetime | None = None


class Breach(Durable):
    """A deadline that passed: what was awaited, when it was due. Kept, also when it came later."""

    step: str
    what: str
    due: datetime


class OrderView(Durable):
    """One order as of now."""

    client_id: str
    order_number: str
    kind: str
    tracking_id: str
    warehouse_id: str
    oms_order_no: str = ""
    order_status: str
    logistics_status: str
    logistics_code: str = ""
    rate_type: str = ""
    service_type: str = ""
    weight_kg: str = ""
    dimensions_cm: str = ""
    price: Price | None = None
    awbs: list[str] = Field(default_factory=list)
    parcels: dict[str, str] = Field(default_factory=dict)
    """Status of each parcel by its AWB."""
    ordered: int = 0
    moved: int = 0
    damaged: int = 0
    courier: str = ""
    why: str = ""
    """Why the order is where it is, in one or two sentences."""
    next: str = ""
    """What happens next by itself, and when."""
    breaches: list[Breach] = Field(default_factory=list)
    flags: list[str] = Field(default_factory=list)
    """What cannot be right and an operator should see."""
    waits: list[Wait] = Field(default_factory=list)
    problems: list[Problem] = Field(default_factory=list)
    steps: dict[str, StepView] = Field(default_factory=dict)
    undo: dict[str, StepView] = Field(default_factory=dict)
    timeline: list[TimelineEntry] = Field(default_factory=list)
    webhooks_waiting: int = 0
    webhooks_sent: int = 0
    accepted_at: datetime | None = None
