"""5a: framing and limits."""

import gzip
from collections.abc import Iterable

from tests.edge.table import Row
from tests.edge.wire import post, request
from tests.gateway.support import OUTBOUND, PRICING, SHOP_KEY

KEYED = ("X-API-Key", SHOP_KEY)
JSON = ("Content-Type", "application/json")
FRAME = "malformed-request"
POST_HEAD = (
    f"POST {OUTBOUND} HTTP/1.1\r\nHost: x\r\nX-API-Key: {SHOP_KEY}\r\nContent-Type: application/json\r\n".encode()
)


def _posted(*fields: bytes, body: bytes = b"") -> bytes:
    return POST_HEAD + b"".join(line + b"\r\n" for line in fields) + b"\r\n" + body


def _got(*fields: bytes, line: bytes = b"GET /healthz HTTP/1.1") -> bytes:
    return b"\r\n".join([line, *fields]) + b"\r\n\r\n"


def _framing() -> Iterable[Row]:
    cases = {
        "length and chunks": (b"Content-Length: 5", b"Transfer-Encoding: chunked"),
        "chunks and length": (b"Transfer-Encoding: chunked", b"Content-Length: 5"),
    }
    for what, fields in cases.items():
        yield Row(1, what, _posted(*fields, body=b"0\r\n\r\nX"), 400, FRAME, closes=True)
    for length in ("-1", "+5", "0x5", "5 5", "5,5", "", "9" * 30):
        field = f"Content-Length: {length}".encode()
        yield Row(3, f"length {length!r}", _posted(field, body=b"hello"), 400, FRAME, closes=True)
    twice = (b"Content-Length: 2", b"Content-Length: 2")
    yield Row(3, "length twice", _posted(*twice, body=b"{}"), 400, FRAME, closes=True)
    for coding in (b"gzip, chunked", b"identity", b"xchunked", b"chunked, chunked"):
        field = b"Transfer-Encoding: " + coding
        yield Row(1, f"coding {coding.decode()}", _posted(field), 400, FRAME, closes=True)
    chunk = b"Transfer-Encoding: chunked"
    yield Row(1, "broken chunk size", _posted(chunk, body=b"zz\r\n{}\r\n0\r\n\r\n"), 400, FRAME, closes=True)
    yield Row(1, "chunk ends in bare LF", _posted(chunk, body=b"2\n{}\n0\n\n"), 400, FRAME, closes=True)
    yield Row(
        1,
        "a second request behind the chunks is not taken",
        _posted(chunk, body=b"2\r\n{}\r\n0\r\n\r\n" + _got(b"Host: x")),
        422,
        "tracking-id-required",
        closes=True,
    )


def _hosts() -> Iterable[Row]:
    yield Row(5, "two hosts", _got(b"Host: a", b"Host: b"), 400, FRAME, closes=True)
    yield Row(5, "no host", _got(), 400, FRAME, closes=True)
    yield Row(5, "a host with a slash", _got(b"Host: a/b"), 400, FRAME, closes=True)
    yield Row(5, "HTTP/1.0 needs none", _got(line=b"GET /healthz HTTP/1.0"), 200, closes=True)


def _sizes() -> Iterable[Row]:
    def fields(count: int) -> bytes:
        return _got(b"Host: x", *(b"A: b" for _ in range(count - 1)))

    def field_bytes(total: int) -> bytes:
        return _got(b"Host: x", b"A: " + b"b" * (total - len(b"Host: x\r\nA: \r\n")))

    def uri(length: int) -> bytes:
        return _got(b"Host: x", line=b"GET /" + b"a" * (length - 1) + b" HTTP/1.1")

    large = "headers-too-large"
    for count, status, code in ((99, 200, ""), (100, 200, ""), (101, 431, large)):
        yield Row(8, f"{count} fields", fields(count), status, code, closes=status != 200)
    for total, status, code in ((16383, 200, ""), (16384, 200, ""), (16385, 431, large), (500_000, 431, large)):
        yield Row(8, f"{total} bytes of fields", field_bytes(total), status, code, closes=status != 200)
    yield Row(8, "fields without an end", b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 5000, 431, large, closes=True)
    for length, status, code in ((8192, 404, "not-found"), (8193, 414, "uri-too-long"), (99_999, 414, "uri-too-long")):
        yield Row(8, f"{length} bytes of URI", uri(length), status, code, closes=status != 404)


def _characters() -> Iterable[Row]:
    broken = {
        "obs-fold": (b"Host: x", b"A: b", b" folded"),
        "obs-fold with a tab": (b"Host: x", b"A: b", b"\tfolded"),
        "bare CR": (b"Host: x", b"A: b\rc"),
        "bare LF": (b"Host: x", b"A: b\nC: d"),
        "NUL": (b"Host: x", b"A: b\x00c"),
        "a control character": (b"Host: x", b"A: b\x07c"),
        "space before the colon": (b"Host : x",),
        "no colon": (b"Host: x", b"nonsense"),
        "no name": (b"Host: x", b": x"),
    }
    for what, fields in broken.items():
        yield Row(10, what, _got(*fields), 400, FRAME, closes=True)
    lines = (b"GET /healthz", b"GET  /healthz HTTP/1.1", b"GET healthz HTTP/1.1", b"GET /h z HTTP/1.1", b"\x16\x03\x01")
    for line in (
        *lines,
        b"GET /healthz HTTP/2.0",
        b"PRI * HTTP/2.0",
        b"GET /healthz HTTP/1.1 ",
        b"GET /\xc3\xa9 HTTP/1.1",
    ):
        yield Row(10, f"line {line!r}", _got(b"Host: x", line=line), 400, FRAME, closes=True)


def _methods() -> Iterable[Row]:
    no = "method-not-allowed"
    for method in ("TRACE", "CONNECT", "FOO", "get"):
        yield Row(18, method, request(method, OUTBOUND), 405, no, header=("allow", ""), closes=True)
    for method in ("GET", "PUT", "DELETE", "OPTIONS"):
        yield Row(19, method, request(method, OUTBOUND), 405, no, header=("allow", "POST"))
    yield Row(19, "two methods", request("OPTIONS", "/v3/fulfillment/webhooks"), 405, no, header=("allow", "GET, PUT"))
    for path in ("/nowhere", "/..%2f", "/%00", "/%252e%252e/", OUTBOUND + "/", "//" + OUTBOUND, "/v3//fulfillment"):
        yield Row(20, path, request("GET", path, headers=[KEYED]), 404, "not-found")
    yield Row(149, "GET challenge", request("GET", "/webhooks/shop/oms/status?x=1"), 405, no)


def _bodies() -> Iterable[Row]:
    large, limit = "content-too-large", 256 * 1024
    padded = b'{"a": "' + b"x" * (limit - 9) + b'"}'
    yield Row(13, "a body of 256 KiB is read", post(padded), 422, "too-long")
    yield Row(13, "a body of 256 KiB + 1", post(padded + b" "), 413, large, closes=True)
    price = 64 * 1024
    asked = b'{"a": "' + b"x" * (price - 9) + b'"}'
    yield Row(13, "a body of 64 KiB that asks for a price", post(asked, target=PRICING), 422, "too-long")
    for path in (PRICING, f"{PRICING}/regular"):
        yield Row(13, f"64 KiB + 1 to {path[-7:]}", post(asked + b" ", target=path), 413, large, closes=True)
    expecting = (f"Content-Length: {limit + 1}".encode(), b"Expect: 100-continue")
    yield Row(13, "announced, not yet sent", _posted(*expecting), 413, large, closes=True)
    chunks = b"1000\r\n" + b"x" * 4096 + b"\r\n"
    yield Row(
        14,
        "chunks beyond 256 KiB",
        _posted(b"Transfer-Encoding: chunked", body=chunks * 65 + b"0\r\n\r\n"),
        413,
        large,
        closes=True,
    )
    bomb = gzip.compress(b" " * 1_000_000)
    zipped = [KEYED, JSON, ("Content-Encoding", "gzip")]
    yield Row(21, "gzip bomb", post(bomb, headers=zipped), 415, "unsupported-content-encoding")
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "application/xml"):
        yield Row(23, kind, post(b"{}", headers=[KEYED, ("Content-Type", kind)]), 415, "unsupported-media-type")
    twice = [KEYED, JSON, ("Content-Type", "text/plain")]
    yield Row(23, "two types", post(b"{}", headers=twice), 415, "unsupported-media-type")
    coded = [KEYED, JSON, ("Content-Encoding", "identity"), ("Content-Encoding", "gzip")]
    yield Row(23, "two codings", post(b"{}", headers=coded), 415, "unsupported-content-encoding")
    yield Row(23, "no type", post(b"{}", headers=[KEYED]), 415, "unsupported-media-type")


def rows() -> list[Row]:
    """All of 5a but the slow and the overloaded, which have tests of their own."""
    return [*_framing(), *_hosts(), *_sizes(), *_characters(), *_methods(), *_bodies()]
