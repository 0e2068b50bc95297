"""What the OMS tells us: confirmation (red 4) and status changes (reference §5.5, §5.6)."""

from typing import Final

from pydantic import JsonValue

from interline.contracts.canonical import digest
from interline.contracts.event_reading import (
    Heard,
    Reading,
    UnusableError,
    event_id,
    known,
    moment,
    order_number,
    reference,
    rows,
    unusable,
)
from interline.contracts.problems import RequestError
from interline.contracts.strict_json import PARTNER_LIMITS, read_object
from interline.contracts.wire import text
from interline.domain.base import JsonObject
from interline.domain.events import Event

FAILED: Final = frozenset({"failed", "fail", "error"})
REASONS: Final = ("error", "error_message", "message")
"""The page does not show the name of an item's error field; these are accepted (reference §8)."""


def confirmations(document: JsonObject, reading: Reading) -> list[Heard]:
    """One event for each order of the batch, so that one bad item holds up no other.

    Raises:
        UnusableError: there is no batch at all.
    """
    items = rows(document, "items")
    if not items:
        raise UnusableError("the batch has no items")
    return [_confirmation(document, item, reading) for item in items]


def _confirmation(document: JsonObject, item: JsonObject, reading: Reading) -> Heard:
    try:
        return Heard(_confirmed(document, item, reading))
    except UnusableError as error:
        kept: JsonObject = {name: value for name, value in item.items() if name != "payload"}
        return unusable(reading, kept, str(error), natural=[reading.sender_id, item])


def _confirmed(document: JsonObject, item: JsonObject, reading: Reading) -> Event:
    """`raw` stays empty: the payload is the client's own order with the buyer's data."""
    payload = _payload(item)
    number = order_number(payload.get("so_number"), payload.get("doc_no"), payload.get("order_no"))
    if number is None:
        raise UnusableError("the payload names no order")
    reason = next((told for name in REASONS if (told := known(item.get(name)))), None)
    accepted = reason is None and text(document.get("status")).lower() not in FAILED
    batch = reading.sender_id or document.get("group_key")
    oms_order_no = reference(item.get("oms_order_no")) or reference(payload.get("oms_order_no"))
    return Event(
        event_id=f"{reading.kind.value}:{digest(batch, number, accepted)}",
        kind=reading.kind.value,
        partner=reading.partner,
        order_number=number,
        oms_order_no=oms_order_no,
        received_at=reading.received_at,
        data={"accepted": accepted, "oms_order_no": oms_order_no, "reason": reason},
    )


def _payload(item: JsonObject) -> JsonObject:
    """The order that comes back as a JSON text inside the JSON, or as an object."""
    payload = item.get("payload")
    if isinstance(payload, str):
        try:
            return read_object(payload.encode(), PARTNER_LIMITS)
        except RequestError as error:
            raise UnusableError(f"the payload cannot be read ({error})") from None
    if not isinstance(payload, dict):
        raise UnusableError("the item has no payload")
    return payload


def order_status(document: JsonObject, reading: Reading) -> Event:
    """A status change. Codes are text with a leading zero.

    Raises:
        UnusableError: no order, or no code.
    """
    number = order_number(document.get("order_no"), document.get("so_number"))
    code = _code(document.get("status_code"))
    if not code:
        raise UnusableError("the status has no code")
    return Event(
        event_id=event_id(reading, number, code, document.get("status_time")),
        kind=reading.kind.value,
        partner=reading.partner,
        order_number=number,
        oms_order_no=reference(document.get("oms_order_no")),
        occurred_at=moment(document.get("status_time"), reading.zone),
        received_at=reading.received_at,
        data={
            "code": code,
            "name": known(document.get("status_descr")) or known(document.get("status")),
            "awb": reference(document.get("express_no")),
            "carrier": known(document.get("express_code")),
        },
        raw=document,
    )


def _code(value: JsonValue) -> str:
    code = text(value).strip()
    return code.zfill(2) if isinstance(value, int) else code
