"""5c: fields of orders and prices; 5d: queries. Each row changes one field of a good body."""

from collections.abc import Iterable

from interline.domain.base import JsonObject
from tests.edge.table import Row
from tests.edge.wire import post, request
from tests.gateway.support import INBOUND, ORDERS, PRICING, SHOP_KEY, a_return, an_order, shipment, unique

FORM, TYPE, RANGE = "invalid-format", "wrong-type", "out-of-range"
LISTED = "unknown-value"

TRACKING: list[tuple[int, object, str]] = [
    (56, None, "tracking-id-required"),
    (56, "", "tracking-id-required"),
    (58, "A" * 65, FORM),
    *((59, f"AB{sign}C", FORM) for sign in "/'\";% .\\"),
    (59, "../..", FORM),
    (60, "ABC\n", FORM),
    (61, "\u0410BC", FORM),
    (61, "\u0661\u0662", FORM),
    (56, 5, TYPE),
]
PATH_PARTS: list[tuple[int, str, str]] = [
    (59, name, value) for name in ("so_number", "warehouse_id") for value in (".", "..", "a/..", "")
]
"""What stands in addresses: a dot segment would be removed on the way, and another order be meant."""
SKUS: list[tuple[str, str]] = [
    *((f"A{sign}B", "invalid-characters") for sign in ("\u202e", "\u200b", "\ufeff", "\u00a0", "\x85", "\u2028", "\n")),
    (" ", "required"),
    ("  ", "required"),
    ("x" * 51, "too-long"),
]
QUANTITIES: list[tuple[int, object, str]] = [
    (63, 0, RANGE),
    (63, -1, RANGE),
    (64, 1.5, TYPE),
    (64, 1.0, TYPE),
    (65, "1", TYPE),
    (66, True, TYPE),
    (67, None, TYPE),
    (68, 10**9, RANGE),
]
LOGISTICS: list[tuple[int, str, object, str]] = [
    *((69, "weight", weight, RANGE) for weight in (0, -1, 1000.01, 10**9)),
    (69, "weight", "1.2", TYPE),
    (69, "weight", True, TYPE),
    (70, "weight", 1.23456, "too-many-decimals"),
    (70, "weight", 0.1 + 0.2, "too-many-decimals"),
    *((73, "rate_type_id", rate, LISTED) for rate in ("overnight", "REGULAR", "", 5)),
    *((73, "service_type", service, FORM) for service in ("", "ä", "a" * 41, "x\n")),
    (73, "service_type", -1, RANGE),
    (73, "service_type", 1_000_001, RANGE),
    (69, "length", 0, RANGE),
    (69, "length", 501, RANGE),
    (69, "length", 10.5, TYPE),
    (69, "cod", "yes", TYPE),
    (69, "order_price", -1, RANGE),
    (69, "order_price", 1.5, TYPE),
    (69, "order_price", 10**12, RANGE),
    (69, "quote_id", "a b", FORM),
]


def _order(**changes: object) -> bytes:
    return post({**an_order(), **_json(changes)})


def _json(changes: dict[str, object]) -> JsonObject:
    return changes  # type: ignore[return-value]  # plain JSON values, listed above


TWICE: list[tuple[int, str, JsonObject]] = [
    (67, "two quantities", {"details": [{"sku": "A", "qty_ordered": 2, "ordered_qty": 3}]}),
    (67, "true is no second one", {"details": [{"sku": "A", "qty_ordered": 1, "ordered_qty": True}]}),
    (69, "two values of the goods", {"order_price": 5000}),
    (69, "cash, but paid online", {"payment_way": "PAY_ONLINE", "logistics": shipment(cod=True)}),
    (69, "no cash, but COD", {"payment_way": "cod"}),
]
LIMITS: list[tuple[str, object]] = [
    *(("weight", weight) for weight in (0.0001, 999.9999, 1000)),
    *((side, size) for side in ("length", "width", "height") for size in (1, 500)),
    *(("service_type", service) for service in (0, 1_000_000, "a" * 40)),
    *(("order_price", price) for price in (0, 10_000_000_000)),
]
ONCE: list[tuple[int, str, JsonObject]] = [
    (67, "one quantity by both names", {"details": [{"sku": "A", "qty_ordered": 2, "ordered_qty": 2}]}),
    (69, "one value, once as 300000.0", {"order_price": 300000.0}),
    (69, "0 is an unused order price", {"order_price": 0}),
    (69, "cash and a word of the client's own", {"payment_way": "later", "logistics": shipment(cod=True)}),
    (69, "paid online", {"payment_way": "PAY_ONLINE"}),
    (69, "cash with postage", {"payment_way": "COD", "cod_price": 320000, "logistics": shipment(cod=True)}),
]


def _orders() -> Iterable[Row]:
    for number, value, code in TRACKING:
        sent = post(an_order(tracking_id=None)) if value is None else _order(tracking_id=value)
        yield Row(number, f"tracking id {value!r:.20}", sent, 422, code)
    for number, name, text in PATH_PARTS:
        yield Row(number, f"{name} {text!r}", _order(**{name: text}), 422, FORM)
    dotted = f"...{unique('SO')}.."
    yield Row(59, "dots among others", _order(so_number=dotted, warehouse_id="..."), 202)
    dots = post(a_return(doc_no=".."), target=INBOUND)
    yield Row(59, "doc_no '..'", dots, 422, FORM)
    for number, value, code in QUANTITIES:
        line = {"line_no": 1, "sku": "KOPI-250", "qty_ordered": value}
        yield Row(number, f"quantity {value!r}", _order(details=[line]), 422, code)
    for number, what, changes in TWICE:
        yield Row(number, what, post({**an_order(), **changes}), 422, "contradiction")
    for number, what, changes in ONCE:
        yield Row(number, what, post({**an_order(), **changes}), 202)
    for sku, code in SKUS:
        yield Row(61, f"sku {sku!a:.12}", _order(details=[{"sku": sku, "qty_ordered": 1}]), 422, code)
    for sku in ("\u5496\u5561-250", "kopi s\u00fc\u00df 250", "\u0e01\u0e32\u0e41\u0e1f", "A/1"):
        yield Row(61, f"sku {sku!a:.16}", _order(details=[{"sku": sku, "qty_ordered": 1}]), 202)
    yield Row(67, "no quantity", _order(details=[{"sku": "A"}]), 422, "required")
    yield Row(80, "no lines", _order(details=[]), 422, "required")
    yield Row(80, "500 lines", _order(details=[{"sku": "A", "qty_ordered": 1}] * 500), 202)
    yield Row(80, "501 lines", _order(details=[{"sku": "A", "qty_ordered": 1}] * 501), 422, "too-many-items")
    yield Row(62, "unknown fields are kept", _order(is_admin=True, __proto__={"a": 1}), 202)


def _at_the_limit() -> Iterable[Row]:
    """What a lower limit would refuse."""
    for quantity in (1, 1_000_000):
        yield Row(68, f"quantity {quantity}", _order(details=[{"sku": "A", "qty_ordered": quantity}]), 202)
    yield Row(58, "tracking id of 64", _order(tracking_id=unique("T").ljust(64, "A")), 202)
    yield Row(
        58,
        "order number of 50, warehouse of 20",
        _order(so_number=unique("SO").ljust(50, "A"), warehouse_id="W" * 20),
        202,
    )
    yield Row(58, "a sku of 50", _order(details=[{"sku": "\u5496" * 50, "qty_ordered": 1}]), 202)
    yield Row(51, "a name of 200 characters", _order(consignee="\u5496" * 200), 202)
    for name, value in LIMITS:
        yield Row(69, f"{name} {value!r:.12}", _order(logistics=shipment(**{name: value})), 202)


def _shipments() -> Iterable[Row]:
    for number, name, value, code in LOGISTICS:
        logistics: JsonObject = {**shipment(), **_json({name: value})}
        yield Row(number, f"{name} {value!r:.12}", _order(logistics=logistics), 422, code)
    for end in ("origin", "destination"):
        yield Row(69, f"no {end}", _order(logistics={**shipment(), end: None}), 422, "required")
        yield Row(69, f"{end} is nowhere", _order(logistics={**shipment(), end: {}}), 422, "required")
    same: JsonObject = {**shipment(), "destination": shipment()["origin"]}
    yield Row(84, "from a point to itself", post(same, target=PRICING), 422, "not-serviceable")
    zeros: JsonObject = {"lat": "-6.2", "lng": "106.80900"}
    near: JsonObject = {**shipment(), "origin": {"lat": "-6.20", "lng": "106.809"}, "destination": zeros}
    yield Row(84, "the same point in other zeros", post(near, target=PRICING), 422, "not-serviceable")
    latitude: JsonObject = {"area_id": 1, "lat": "91", "lng": "1"}
    yield Row(69, "latitude 91", post({**shipment(), "origin": latitude}, target=PRICING), 422, RANGE)
    yield Row(73, "rate type in the path", post(shipment(), target=PRICING + "/overnight"), 422, LISTED)
    contradiction = post(shipment(rate_type_id="express"), target=PRICING + "/regular")
    yield Row(73, "rate types contradict", contradiction, 422, "contradiction")


def _texts() -> Iterable[Row]:
    for text in ("'; DROP TABLE orders; --", "<script>alert(1)</script>", "${jndi:ldap://x}", "{{7*7}}", "\u202etxt"):
        yield Row(87, text[:12], _order(notes=text, consignee="Siti"), 202)
    for text in ('Siti\r\n{"event": "fake"}', "Siti\x1b[31m", "Siti\x7f", "Siti\x85x", "Siti\u2028x", "Siti\u2029x"):
        yield Row(88, f"a name with {text[4:6]!a}", _order(consignee=text), 422, "invalid-characters")
    yield Row(88, "an address of several lines", _order(consignee_full_address="Jl. 1\r\n\u2028Jakarta"), 202)
    yield Row(51, "a name of 201 characters", _order(consignee="x" * 201), 422, "too-long")


def _queries() -> Iterable[Row]:
    keyed = {"X-API-Key": SHOP_KEY}
    for moment in ("20261340", "1795388400", "2026-W01-1x", "2026-11-23T10:00:60Z", "2026-11-23T25:00:00Z", "soon"):
        number = 78 if ":" in moment else 77
        yield Row(number, moment, request("GET", f"{ORDERS}?created_start={moment}", headers=keyed), 422, FORM)
    for query in ("page=0", "limit=101", "page=99999999", "limit=x"):
        yield Row(77, query, request("GET", f"{ORDERS}?{query}", headers=keyed), 422, RANGE)
    injected = f"{ORDERS}?tracking_id=%27%20OR%201%3D1"
    yield Row(87, "a query language in a filter", request("GET", injected, headers=keyed), 422, FORM)


def rows() -> list[Row]:
    """All of 5c that applies."""
    return [*_orders(), *_at_the_limit(), *_shipments(), *_texts(), *_queries()]
