"""The bodies of the OMS's and the warehouse's webhooks (reference: shipper-api §5.5-5.8)."""

from datetime import datetime
from typing import Literal

from sandbox.subject import Subject
from sandbox.wire import JsonObject, dumps, number, warehouse_time


def order_confirmed(subject: Subject, at: datetime) -> JsonObject:
    """§5.5: a batch of one; the create request comes back as a JSON string."""
    return _confirmation(subject, at, status="success", item={})


def order_rejected(subject: Subject, at: datetime) -> JsonObject:
    """§5.5 with nothing created, and the reason at the item."""
    return _confirmation(subject, at, status="failed", item={"error_message": "sku not found"})


def _confirmation(
    subject: Subject, at: datetime, *, status: Literal["success", "failed"], item: JsonObject
) -> JsonObject:
    client = _client_number(subject)
    prefix = "qyinbound" if subject.is_return else "hwoutboundoms"
    return {
        "client_id": client,
        "group_key": f"{prefix}.{at:%Y.%m.%d%H%M%S}.{subject.number}.{client}",
        "status": status,
        "total_data": 1,
        "total_success": int(status == "success"),
        "items": [{"payload": dumps(subject.original), **item}],
    }


def order_status(subject: Subject, at: datetime) -> JsonObject:
    """§5.6: picked, unless told otherwise."""
    return {
        "warehouse_id": subject.warehouse_id,
        "order_no": subject.order_no,
        "order_type": "SO",
        "shop_code": "",
        "client_id": _client_number(subject),
        "tenant_name": "",
        "express_code": "",
        "express_no": subject.awb,
        "seller_remark": "",
        "status": "Picked",
        "status_code": "60",
        "status_descr": "Picked",
        "status_time": warehouse_time(at),
    }


def goods_issued(subject: Subject, at: datetime) -> JsonObject:
    """§5.7: PGI. The pieces of a SKU come from two batches, so that it has several rows."""
    rows = [
        _issued_row(sku, pieces, batch, at)
        for sku, quantity in subject.lines
        for batch, pieces in (("A", quantity - quantity // 2), ("B", quantity // 2))
        if pieces
    ]
    return {
        "warehouse_id": subject.warehouse_id,
        "customer_id": subject.customer_id,
        "order_type": "SO",
        "doc_no": f"DO{_digits(subject)}",
        "delivery_no": subject.awb,
        "carrier_id": "JNE",
        "carrier_name": "JNE",
        "so_reference_a": subject.number,
        "so_reference_b": subject.order_no,
        "user_define_1": "",
        "user_define_2": "",
        "user_define_3": "",
        "pgi_date": warehouse_time(at),
        "shop_code": "",
        "details": rows,
    }


def parcel(subject: Subject, at: datetime, number: int, *, of: int) -> JsonObject:
    """What a PGI of one of several parcels says otherwise: its share of each line, its own document and waybill."""
    shares = [(sku, quantity // of + (number < quantity % of)) for sku, quantity in subject.lines]
    return {
        "doc_no": f"DO{_digits(subject)}-{number + 1}",
        "delivery_no": f"{subject.awb}-{number + 1}",
        "details": [_issued_row(sku, share, "A", at) for sku, share in shares if share],
    }


def _issued_row(sku: str, pieces: int, batch: str, at: datetime) -> JsonObject:
    return {
        "sku": sku,
        "qty_shipped": pieces,
        "mfg_date": "",
        "exp_date": "",
        "batch_no": f"BATCH-{batch}",
        "serial_no": "",
        "receipt_date": warehouse_time(at)[:10],
        "stock_condition": "N",
        "user_define_1": "",
        "user_define_2": "",
        "user_define_3": "",
        "project_ref_no": "",
    }


def goods_received(subject: Subject, at: datetime) -> JsonObject:
    """§5.8: GRN of a return, with its one camel-case field."""
    received = warehouse_time(at)
    rows = [
        {
            "line_no": str(line_no),
            "reference_no": subject.number,
            "sku": sku,
            "received_qty": quantity,
            "mfg_date": "",
            "exp_date": "",
            "batch_no": "BATCH-A",
            "serial_no": "",
            "product_condition": "Good",
            "receipt_date": received,
            "grn_no": f"GRN{_digits(subject)}",
        }
        for line_no, (sku, quantity) in enumerate(subject.lines, start=1)
    ]
    return {
        "warehouse_id": subject.warehouse_id,
        "order_no": subject.order_no,
        "customer_id": subject.customer_id,
        "order_type": "RT",
        "received_time": received,
        "userDefine1": "",
        "details": rows,
    }


def awb_assigned(subject: Subject, _at: datetime) -> JsonObject:
    """§5.8: logistics created confirmation."""
    return {"order_no": subject.order_no, "express_no": subject.awb, "success_flag": True}


def _client_number(subject: Subject) -> int:
    return 1_000 + number(subject.client_id, below=9_000)


def _digits(subject: Subject) -> str:
    return subject.number.removeprefix("FO")
