"""An order as the partners know it: what their events are about."""

from dataclasses import dataclass, replace

from sandbox.records import Record, Records
from sandbox.wire import JsonObject, digest, number


@dataclass(frozen=True, slots=True)
class Subject:
    """One order. `number` is the OMS's own number, `original` the create request as it came."""

    client_id: str
    order_no: str
    number: str
    tracking_id: str
    is_return: bool
    original: JsonObject
    record_number: int | None = None

    @property
    def warehouse_id(self) -> str:
        """Where the goods lie, or go back to."""
        return str(self.original.get("warehouse_id", "WH-JKT-1"))

    @property
    def customer_id(self) -> str:
        """The owner of the goods."""
        return str(self.original.get("customer_id", "CS001"))

    @property
    def awb(self) -> str:
        """The courier's waybill number."""
        return awb_of(self.tracking_id)

    @property
    def lines(self) -> list[tuple[str, int]]:
        """SKU and quantity of each line; an order the OMS does not know has one piece."""
        details = self.original.get("details") or [{"sku": "SKU-1"}]
        return [(str(line["sku"]), int(line.get("qty_ordered") or line.get("ordered_qty") or 1)) for line in details]


def awb_of(tracking_id: str) -> str:
    """The waybill number the courier gives to a Shipper order."""
    return f"AWB{number(tracking_id, below=10**10):010d}"


def subject_of(record: Record) -> Subject:
    """The order behind an OMS record."""
    original: JsonObject = record.body["original"]
    return Subject(
        client_id=record.client_id,
        order_no=record.order_no,
        number=record.body["number"],
        tracking_id=str(original.get("tracking_id") or _invented_tracking_id(record.order_no)),
        is_return=record.kind == "return",
        original=original,
        record_number=record.number,
    )


def find_subject(records: Records, client_id: str, order_no: str) -> Subject:
    """The order as OMS and courier have it; early and stray events are about one that neither has heard of."""
    record = records.order(client_id, order_no)
    subject = subject_of(record) if record else _unknown(client_id, order_no)
    registered = records.of_order("registered_webhook", client_id, order_no)
    if not registered:
        return subject
    return replace(subject, tracking_id=str(registered[-1].body["tracking_id"]))


def _unknown(client_id: str, order_no: str) -> Subject:
    oms_number = f"FO{number(client_id, order_no, below=10**9):09d}"
    original: JsonObject = {"so_number": order_no}
    return Subject(client_id, order_no, oms_number, _invented_tracking_id(order_no), is_return=False, original=original)


def _invented_tracking_id(order_no: str) -> str:
    return f"TRK{digest(order_no, length=10).upper()}"
