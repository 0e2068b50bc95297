"""What the logistics provider tells us: shipment status (blue 7; reference §4.1)."""

from interline.contracts.event_reading import (
    Reading,
    UnusableError,
    event_id,
    known,
    moment,
    order_number,
    reference,
    without_auth,
)
from interline.contracts.wire import at, text
from interline.domain.base import JsonObject
from interline.domain.events import Event


def shipment_status(document: JsonObject, reading: Reading) -> Event:
    """One status.

    Only `external_status` counts: `internal_status` has another code space. Shipper's order id is `tracking_id`, not
    `order_id`.

    Raises:
        UnusableError: no status code.
    """
    code = text(at(document, "external_status", "code")).strip()
    if not code:
        raise UnusableError("external_status has no code")
    tracking_id = reference(document.get("tracking_id"))
    status_date = document.get("status_date")
    return Event(
        event_id=event_id(reading, tracking_id, code, status_date, own=text(document.get("order_tracking_id"))),
        kind=reading.kind.value,
        partner=reading.partner,
        order_number=order_number(document.get("external_id")),
        tracking_id=tracking_id,
        occurred_at=moment(status_date, reading.zone),
        received_at=reading.received_at,
        data={
            "code": code,
            "name": known(at(document, "external_status", "name")),
            "awb": reference(document.get("awb")),
        },
        raw=without_auth(document),
    )
