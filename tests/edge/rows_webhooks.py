"""5e: partner webhooks. A wrong proof is 401; behind a good one nothing is refused for its content."""

import time
from collections.abc import Callable, Iterable

import orjson

from interline.domain.base import JsonObject
from tests.edge.table import Row
from tests.edge.wire import post
from tests.gateway.support import OMS_SECRET, WHSEC, a_status, an_order, signed, unique

PGI = "/webhooks/shop/fulfillment/pgi"
STATUS = "/webhooks/shop/oms/status"
SHIPMENT = "/webhooks/shop/logistics/status"
NO = "webhook-signature-invalid"
OTHER = "whsec_" + "QUJDREVGR0hJSktMTU5PUFFSU1RVVldY"

Change = Callable[[dict[str, str]], object]
Made = Callable[[], bytes]


def _pgi(number: str) -> bytes:
    return orjson.dumps({"order_no": number, "doc_no": unique("DO"), "details": [{"sku": "A", "qty_shipped": 1}]})


def _signed(
    change: Change | None = None, *, body: bytes | None = None, at: float = 0, webhook_id: str = "", secret: str = WHSEC
) -> Made:
    """A goods issue whose headers were changed after signing."""

    def made() -> bytes:
        content = _pgi(unique("SO")) if body is None else body
        signing_id = webhook_id or unique("msg")
        headers = signed(content, webhook_id=signing_id, at=time.time() + at, secret=secret)
        if change:
            change(headers)
        return post(content, target=PGI, headers=headers)

    return made


def _set(**values: str) -> Change:
    return lambda headers: headers.update({f"webhook-{name}": value for name, value in values.items()})


def _without(part: str) -> Change:
    return lambda headers: headers.pop(f"webhook-{part}")


def _signature(before: str, after: str) -> Change:
    """The right signature, written otherwise."""
    name = "webhook-signature"
    return lambda headers: headers.update({name: headers[name].replace(before, after, 1)})


def _twice() -> bytes:
    return _signed()().replace(b"webhook-id:", b"webhook-id: a\r\nwebhook-id:")


def _signatures() -> Iterable[Row]:
    wrong: list[tuple[int, str, Made]] = [
        *((113, f"no {part}", _signed(_without(part))) for part in ("id", "timestamp", "signature")),
        (114, "a header twice", _twice),
        (115, "another secret", _signed(secret=OTHER)),
        *((117, f"signature {bad!r}", _signed(_set(signature=bad))) for bad in ("x", "v1,a", "v1,!!!", "v1,a,b", "")),
        (118, "beyond ASCII", _signed(_set(signature="v1,\u00e9\u00e9"))),
        (119, "unknown versions", _signed(_signature("v1,", "v2,"))),
        (119, "v1a", _signed(_signature("v1,", "v1a,"))),
        (120, "the right one stands eleventh", _signed(_signature("v1,", "v1,AA== " * 10 + "v1,"))),
        (121, "one byte changed", lambda: _signed()()[:-1] + b" "),
        (122, "signed 310 s ago", _signed(at=-310)),
        (122, "signed 310 s ahead", _signed(at=310)),
        *((122, f"time {bad!r}", _signed(_set(timestamp=bad))) for bad in ("nan", "inf", "+1", "1_0", "1e9", "-1")),
        (124, "an id with a dot", _signed(webhook_id="a.1")),
    ]
    for number, what, sent in wrong:
        yield Row(number, what, sent, 401, NO)


def _constants() -> Iterable[Row]:
    key = ("x-api-key", OMS_SECRET)
    yield Row(115, "x-api-key wrong", post({}, target=STATUS, headers={"x-api-key": OMS_SECRET + "x"}), 401, NO)
    yield Row(115, "x-api-key twice", post({}, target=STATUS, headers=[key, key]), 401, NO)
    for what, body in (("wrong", a_status(auth="0" * 32)), ("a list", a_status(auth=["a"]))):
        yield Row(115, f"auth is {what}", post(body, target=SHIPMENT, headers=[]), 401, NO)
    yield Row(115, "auth twice", post(b'{"auth": "a", "auth": "b"}', target=SHIPMENT, headers=[]), 401, NO)
    for client in ("nobody", "quiet", "SHOP"):
        yield Row(115, f"client {client}", post({}, target=STATUS.replace("shop", client), headers=[key]), 401, NO)


def _contents() -> Iterable[Row]:
    bodies = (b"", b"not json", b"[]", b"\xff\xfe", b"[" * 100_000, b'{"a": NaN}', b'{"a": 1, "a": 2}')
    for body in (*bodies, b'{"order_no": "\\ud800"}'):
        yield Row(129, f"signed {body[:12]!r}", _signed(body=body), 200)
    for nobody in (".", ".."):
        yield Row(129, f"signed, of an order {nobody}", _signed(body=_pgi(nobody)), 200)
    order = an_order()
    number = str(order["so_number"])
    at: list[tuple[int, str, JsonObject]] = [
        (134, "unknown fields", {"anything": {"goes": [1, 2]}}),
        (144, "in 1970", {"status_date": "1970-01-01T00:00:00Z"}),
        (144, "in 2100", {"status_date": "2100-01-01T00:00:00Z"}),
        (144, "at no time", {"status_date": "yesterday"}),
        (143, "goes backwards", {"external_status": {"code": 1001, "name": "", "description": ""}}),
    ]
    yield Row(140, "PGI before the confirmation", _signed(body=_pgi(number)), 200, before=[post(order)])
    for row, what, changes in at:
        yield Row(row, what, post({**a_status(external_id=number), **changes}, target=SHIPMENT, headers=[]), 200)
    early = post(a_status(external_id=unique("SO")), target=SHIPMENT, headers=[])
    yield Row(141, "before the order exists", early, 200)
    foreign = post(a_status(external_id=number), target=SHIPMENT.replace("shop", "other"), headers=[])
    yield Row(136, "another client's order", foreign, 200)
    again = post(a_status(external_id=number), target=SHIPMENT, headers=[])
    yield Row(137, "the same again", again, 200, before=[again])
    huge = post(b"x" * (256 * 1024 + 1), target=PGI, headers=[])
    yield Row(13, "a webhook of 256 KiB + 1", huge, 413, "content-too-large", closes=True)


def rows() -> list[Row]:
    """All of 5e."""
    return [*_signatures(), *_constants(), *_contents()]
