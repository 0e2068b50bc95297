"""What partners tell us, in one lenient envelope that every version of the code can read."""

from datetime import datetime

from pydantic import ConfigDict, Field

from interline.domain.base import Durable, JsonObject


class Event(Durable):
    """One fact from a partner, as a signal carries it.

    `data` is our reading of it (see `interline.contracts`), `raw` the partner's own object, forwarded where the client
    gets Shipper's format. Extra fields of a newer sender are kept.
    """

    model_config = ConfigDict(extra="allow")

    event_id: str
    kind: str
    partner: str = ""
    order_number: str | None = None
    tracking_id: str | None = None
    oms_order_no: str | None = None
    occurred_at: datetime | None = None
    received_at: datetime | None = None
    data: JsonObject = Field(default_factory=dict)
    raw: JsonObject = Field(default_factory=dict)
