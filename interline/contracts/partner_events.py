"""The webhooks of DESIGN §6 as events: which route means what, and who reads it. Pure, never raises."""

import re
from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

from interline.contracts.courier_events import shipment_status
from interline.contracts.event_reading import Heard, Reading, UnusableError, unusable, without_auth
from interline.contracts.goods_events import awb_assigned, goods_issued, goods_received
from interline.contracts.oms_events import confirmations, order_status
from interline.domain.base import JsonObject
from interline.domain.events import Event
from interline.names import Signal

KEPT_CHARACTERS: Final = 8_192
"""How much of an unreadable body is kept for a human."""

_AUTH: Final = re.compile(r'("auth"\s*:\s*)"[^"]*"?')
"""Shipper puts its secret inside the body."""


class Route(NamedTuple):
    """Who sends it and what it means."""

    partner: str
    kind: Signal


ROUTES: Final[Mapping[str, Route]] = {
    "oms/confirmation": Route("oms", Signal.ORDER_CONFIRMED),
    "oms/status": Route("oms", Signal.ORDER_STATUS),
    "fulfillment/pgi": Route("fulfillment", Signal.GOODS_ISSUED),
    "fulfillment/grn": Route("fulfillment", Signal.GOODS_RECEIVED),
    "fulfillment/awb": Route("fulfillment", Signal.AWB_ASSIGNED),
    "logistics/status": Route("logistics", Signal.SHIPMENT_STATUS),
    "wms/pgi": Route("wms", Signal.GOODS_ISSUED),
}
"""By the path after `/webhooks/{client_id}/`."""

_Reader = Callable[[JsonObject, Reading], Event]
_READERS: Final[Mapping[Signal, _Reader]] = {
    Signal.ORDER_STATUS: order_status,
    Signal.GOODS_ISSUED: goods_issued,
    Signal.GOODS_RECEIVED: goods_received,
    Signal.AWB_ASSIGNED: awb_assigned,
    Signal.SHIPMENT_STATUS: shipment_status,
}


def heard(document: JsonObject, reading: Reading) -> list[Heard]:
    """Every event of a webhook, usable or not; a batch has one for each order."""
    try:
        if reading.kind is Signal.ORDER_CONFIRMED:
            return confirmations(document, reading)
        return [_named(_READERS[reading.kind](document, reading))]
    except UnusableError as error:
        return [unusable(reading, without_auth(document), str(error))]


def unreadable(body: bytes, reading: Reading, problem: str) -> Heard:
    """A signed body that is not JSON."""
    text = body.decode("utf-8", "replace").replace("\0", "\N{REPLACEMENT CHARACTER}")
    shown = _AUTH.sub(r'\1"..."', text)[:KEPT_CHARACTERS]
    return unusable(reading, {"unreadable": shown}, problem, natural=body.hex())


def _named(event: Event) -> Heard:
    if event.order_number or event.tracking_id or event.oms_order_no:
        return Heard(event)
    raise UnusableError("it names no order")
