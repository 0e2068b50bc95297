"""What partners tell us, in one lenient envelope that every version of the code can read."""

from datetime import UTC, datetime
from typing import Annotated, Final

from pydantic import AfterValidator, ConfigDict, Field

from interline.domain.base import Durable, JsonObject


def _with_zone(at: datetime) -> datetime:
    return at if at.tzinfo else at.replace(tzinfo=UTC)


Moment = Annotated[datetime, AfterValidator(_with_zone)]
"""A time as a sender wrote it. Without a zone it is read as UTC: times are compared, and must never fail to be."""


ASKED: Final = "asked-"
"""Ids of events that were learnt by asking begin so."""


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
    occurred_at: Moment | None = None
    received_at: Moment | None = None
    data: JsonObject = Field(default_factory=dict)
    raw: JsonObject = Field(default_factory=dict)
