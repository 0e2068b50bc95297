"""What the warehouse tells us: goods issued (PGI), goods received (GRN), waybill assigned (reference §5.7, §5.8)."""

from interline.contracts.event_reading import (
    Reading,
    UnusableError,
    event_id,
    known,
    moment,
    order_number,
    pieces,
    reference,
    rows,
    sku_of,
)
from interline.contracts.wire import text
from interline.domain.base import JsonObject
from interline.domain.events import Event


def goods_issued(document: JsonObject, reading: Reading) -> Event:
    """A PGI document. Its rows stand per batch or serial number; the sum by SKU is what compares with the order.

    It names the order in `so_reference_b` and the OMS's number in `so_reference_a`, as `so_reference_2` and `_1` do in
    the detail call (our reading: no page says so), or has an `order_no` of its own. `weight_kg`
    is our addition: what the warehouse weighed.

    Raises:
        UnusableError: no document number, or rows that cannot be read.
    """
    doc_no = text(document.get("doc_no"))
    if not doc_no:
        raise UnusableError("the goods issue has no doc_no")
    details = rows(document, "details")
    totals: dict[str, int] = {}
    for row in details:
        totals[sku_of(row)] = totals.get(sku_of(row), 0) + pieces(row.get("qty_shipped"))
    oms_order_no = reference(document.get("so_reference_a"))
    number = order_number(document.get("order_no"), document.get("so_number"), document.get("so_reference_b"))
    return Event(
        event_id=event_id(reading, doc_no, document.get("pgi_date"), list(details)),
        kind=reading.kind.value,
        partner=reading.partner,
        order_number=number,
        oms_order_no=oms_order_no or reference(doc_no),
        occurred_at=moment(document.get("pgi_date"), reading.zone),
        received_at=reading.received_at,
        data={
            "doc_no": doc_no,
            "awb": reference(document.get("delivery_no")),
            "carrier": known(document.get("carrier_name")) or known(document.get("carrier_id")),
            "lines": [{"sku": sku, "quantity": quantity} for sku, quantity in totals.items()],
            "order_type": text(document.get("order_type")) or "SO",
            **_weighed(document),
        },
        raw=document,
    )


def goods_received(document: JsonObject, reading: Reading) -> Event:
    """A goods receipt; several receipts of one order are normal.

    Raises:
        UnusableError: no order, or rows that cannot be read.
    """
    details = rows(document, "details")
    totals: dict[tuple[str, str], int] = {}
    for row in details:
        product = (sku_of(row), text(row.get("product_condition")) or "Good")
        totals[product] = totals.get(product, 0) + pieces(row.get("received_qty"))
    number = order_number(document.get("order_no"), document.get("doc_no"))
    receipts = sorted({receipt for row in details if (receipt := text(row.get("grn_no")))})
    return Event(
        event_id=event_id(reading, number, list(receipts) or list(details)),
        kind=reading.kind.value,
        partner=reading.partner,
        order_number=number,
        occurred_at=moment(document.get("received_time"), reading.zone),
        received_at=reading.received_at,
        data={
            "grn_no": list(receipts),
            "lines": [
                {"sku": sku, "quantity": quantity, "condition": condition}
                for (sku, condition), quantity in totals.items()
            ],
        },
        raw=document,
    )


def awb_assigned(document: JsonObject, reading: Reading) -> Event:
    """The *logistics created confirmation*: the courier's waybill number is known.

    Raises:
        UnusableError: no order, no waybill number, or it says that it failed.
    """
    awb = reference(document.get("express_no"))
    if awb is None or document.get("success_flag") is False:
        raise UnusableError("there is no waybill number")
    number = order_number(document.get("order_no"), document.get("so_number"))
    return Event(
        event_id=event_id(reading, number, awb),
        kind=reading.kind.value,
        partner=reading.partner,
        order_number=number,
        received_at=reading.received_at,
        data={"awb": awb},
        raw=document,
    )


def _weighed(document: JsonObject) -> JsonObject:
    """What the warehouse says it weighed; the order's rules decide whether that is a weight."""
    told = document.get("weight_kg")
    return {"weight_kg": told} if isinstance(told, int | float | str) else {}
