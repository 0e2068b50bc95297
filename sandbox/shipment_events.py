"""The courier's webhook (reference: shipper-api §4.1) and its status codes with their labels (§4.5)."""

from datetime import datetime

from sandbox.subject import Subject
from sandbox.wire import JsonObject, digest

DELIVERED = frozenset({2000, 2010, 3000})
CANCELLED = 999
_PICKED_UP_FROM = 1030

_LABELS: dict[object, tuple[str, str]] = {
    999: ("Dibatalkan", "cancelled"),
    1000: ("Paket sedang dipersiapkan", "being prepared"),
    1001: ("Penjemputan Diajukan", "pickup requested"),
    1010: ("Tunggu Penjemputan", "waiting for pickup"),
    1020: ("Sedang Dijemput", "driver on the way to pick up"),
    1030: ("Proses Penjemputan", "pickup in process"),
    1040: ("Paket Siap Dikirim", "ready to ship"),
    1050: ("Sampai di HUB", "arrived at hub"),
    1060: ("Sortir Barang", "sorting"),
    1160: ("Dikirim ke [3PL]", "sent to 3PL"),
    1170: ("Diterima oleh [3PL]", "received by 3PL"),
    1180: ("Dalam Perjalanan Bersama [3PL]", "under way with 3PL"),
    1190: ("Sampai Ke Kota Tujuan", "arrived in destination city"),
    1310: ("Salah Alamat Tujuan", "wrong destination address"),
    1320: ("Antar Ulang", "re-delivery"),
    1330: ("Tidak Ada Penerima", "no recipient"),
    1340: ("Paket Dikembalikan", "parcel being sent back"),
    1370: ("Gagal Kirim", "delivery failed"),
    1380: ("Paket Hilang & Rusak di 3PL", "lost or damaged at 3PL"),
    1410: ("Retur Dalam Perjalanan", "return under way"),
    1420: ("Retur Sampai ke Kota Pengirim", "return reached sender's city"),
    2000: ("Paket Terkirim", "delivered"),
    2010: ("Paket Terkirim dengan [3PL]", "delivered with 3PL"),
    3000: ("Paket Terkirim", "delivered"),
}


def labelled(code: object) -> JsonObject:
    """`{code, name, description}`; a code nobody knows goes out all the same."""
    name, description = _LABELS.get(code, ("", ""))
    return {"code": code, "name": name, "description": description}


def shipment_status(subject: Subject, at: datetime, code: int | str) -> JsonObject:
    """§4.1 without `auth`. `internal_status` has another code on purpose: only the external one may drive a state."""
    picked_up = isinstance(code, int) and code >= _PICKED_UP_FROM
    old_vocabulary = {"id": 8 if code in DELIVERED else 5, "name": "", "description": ""}
    return {
        "order_id": digest("order", subject.tracking_id),
        "tracking_id": subject.tracking_id,
        "order_tracking_id": digest(subject.tracking_id, code, at.isoformat()),
        "external_id": subject.order_no,
        "status_date": at.isoformat(timespec="seconds"),
        "internal": old_vocabulary,
        "external": old_vocabulary,
        "internal_status": {"code": 1001, "name": "Valid", "description": ""},
        "external_status": labelled(code),
        "awb": subject.awb if picked_up else "",
    }
