"""5d: credentials, idempotency, state."""

from collections.abc import Iterable

from tests.edge.table import Row
from tests.edge.wire import Headers, post, request
from tests.gateway.support import INBOUND, ORDERS, OTHER_KEY, SHOP_KEY, a_return, an_order

JSON = ("Content-Type", "application/json")


def _keys() -> Iterable[Row]:
    wrong: list[tuple[int, str, Headers, str]] = [
        (94, "no key", [JSON], "api-key-missing"),
        (94, "an empty key", [JSON, ("X-API-Key", "")], "api-key-missing"),
        (94, "a wrong key", [JSON, ("X-API-Key", "nobody")], "api-key-wrong"),
        (94, "another scheme", [JSON, ("Authorization", f"Bearer {SHOP_KEY}")], "api-key-missing"),
        (94, "the key twice", [JSON, ("X-API-Key", SHOP_KEY), ("X-API-Key", SHOP_KEY)], "api-key-wrong"),
        (94, "two keys", [JSON, ("X-API-Key", SHOP_KEY), ("X-API-Key", OTHER_KEY)], "api-key-wrong"),
        (94, "beyond ASCII", [JSON, ("X-API-Key", "\u00e9")], "api-key-wrong"),
    ]
    for number, what, headers, code in wrong:
        challenge = ("www-authenticate", "ApiKey")
        yield Row(number, what, post(an_order(), headers=headers), 401, code, header=challenge)
    query = request("GET", f"{ORDERS}?X-API-Key={SHOP_KEY}&api_key={SHOP_KEY}")
    yield Row(96, "the key in the query", query, 401, "api-key-missing")


def _orders() -> Iterable[Row]:
    mine = an_order()
    path = f"/v3/fulfillment/warehouse/WH-JKT-1/outbound/oms/{mine['so_number']}"
    foreign = request("GET", path, headers={"X-API-Key": OTHER_KEY})
    yield Row(98, "another client's order", foreign, 404, "order-not-found", before=[post(mine)])
    nobody = request("GET", path + "X", headers={"X-API-Key": OTHER_KEY})
    yield Row(98, "nobody's order looks the same", nobody, 404, "order-not-found")
    elsewhere = request("GET", path.replace("JKT", "SUB"), headers={"X-API-Key": SHOP_KEY})
    yield Row(98, "in another warehouse", elsewhere, 404, "order-not-found")
    odd = request("GET", path + "%27", headers={"X-API-Key": SHOP_KEY})
    yield Row(98, "a number no order has", odd, 404, "order-not-found")
    taken, other = an_order(), "order-already-exists"
    yield Row(108, "a number taken by another body", post({**taken, "notes": "x"}), 409, other, before=[post(taken)])
    back = a_return(doc_no=taken["so_number"])
    yield Row(108, "a return of an outbound's number", post(back, target=INBOUND), 409, other)
    quoted = an_order(logistics={**_logistics(), "quote_id": "Q" + "A" * 26})
    yield Row(112, "an unknown quote is asked for again", post(quoted), 202)


def _logistics() -> dict[str, object]:
    logistics = an_order()["logistics"]
    assert isinstance(logistics, dict)
    return {**logistics}


def _idempotency() -> Iterable[Row]:
    key = ("Idempotency-Key", "row-" + str(an_order()["so_number"]))
    headers = [("X-API-Key", SHOP_KEY), JSON, key]
    first, reused = an_order(), "idempotency-key-reused"
    yield Row(99, "no key is no mistake", post(an_order()), 202)
    yield Row(100, "the same again", post(first, headers=headers), 202, before=[post(first, headers=headers)])
    yield Row(104, "same key, other body", post({**first, "notes": "x"}, headers=headers), 422, reused)
    yield Row(104, "same key, other order", post(an_order(), headers=headers), 422, reused)
    yield Row(105, "same key, other path", post(a_return(), target=INBOUND, headers=headers), 422, reused)
    broken = [("X-API-Key", SHOP_KEY), JSON, ("Idempotency-Key", "fix-" + str(first["so_number"]))]
    wrong = post(an_order(warehouse_id=None), headers=broken)
    yield Row(110, "corrected after a 422", post(an_order(), headers=broken), 202, before=[wrong])
    for value in ("", "x" * 256, "a b", "\u00e9"):
        odd = [("X-API-Key", SHOP_KEY), JSON, ("Idempotency-Key", value)]
        yield Row(100, f"key {value!r:.9}", post(an_order(), headers=odd), 400, "idempotency-key-malformed")
    twice = [*headers, key]
    yield Row(100, "two keys", post(first, headers=twice), 400, "idempotency-key-malformed")


def rows() -> list[Row]:
    """All of 5d that applies."""
    return [*_keys(), *_orders(), *_idempotency()]
