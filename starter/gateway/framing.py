"""The head of an HTTP/1.1 request, read strictly: one framing, one Host, no control characters (RFC 9112).

What a proxy in front of us could read differently than we do is refused here, before any parser sees it.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from interline.contracts.problems import ErrorCode, RequestError, refused

URI_BYTES: Final = 8 * 1024
FIELDS_BYTES: Final = 16 * 1024
"""All field lines with their line ends; without the request line and the empty line."""
FIELDS: Final = 100
AROUND_BYTES: Final = 48
"""Method and version around the URI."""
REQUEST_LINE: Final = "begin with `METHOD /path HTTP/1.1`"

METHODS: Final = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
END: Final = b"\r\n\r\n"

_BROKEN_LINE: Final = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]|(?<!\r)\n|\r(?!\n|\Z)")
_REQUEST: Final = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]{1,32}) ([\x21-\x7e]+) HTTP/1\.([01])")
_TARGET: Final = re.compile(rb"/[^#]*|https?://[A-Za-z0-9.:\[\]_-]+(?:/[^#]*)?")
_FIELD: Final = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*(.*?)[ \t]*")
_HOST: Final = re.compile(rb"[A-Za-z0-9._~!$&'()*+,;=:%\[\]-]*")
_LENGTH: Final = re.compile(rb"[0-9]{1,15}")


@dataclass(frozen=True, slots=True)
class Head:
    """A head that means one thing. `length` in bytes; None when the body comes in chunks."""

    raw: bytes
    length: int | None


@dataclass(eq=False)
class FramingError(Exception):
    """A request that is answered and ends its connection. `path` is empty where none could be read."""

    refusal: RequestError
    path: str = ""


def check_beginning(data: bytes) -> None:
    """Refuse what can never become a head, without waiting for its end.

    Raises:
        FramingError: it is broken or too large already.
    """
    line, _, fields = data.partition(b"\r\n")
    target = line.partition(b" ")[2].partition(b" ")[0]
    if len(target) > URI_BYTES:
        raise FramingError(refused(ErrorCode.URI_TOO_LONG))
    if _BROKEN_LINE.search(data):
        raise _malformed("a line of the head ends in a bare CR or LF, or holds a control character")
    if len(line) > len(target) + AROUND_BYTES:
        raise _malformed(REQUEST_LINE)
    if len(fields) > FIELDS_BYTES + len(END) - 2:
        raise FramingError(refused(ErrorCode.HEADERS_TOO_LARGE), _path(target))


def read_head(data: bytes) -> Head:
    """Read a complete head, with its empty line.

    Raises:
        FramingError: 400, 405, 414 or 431.
    """
    check_beginning(data)
    line, _, rest = data.removesuffix(END).partition(b"\r\n")
    request = _REQUEST.fullmatch(line)
    if request is None or not _TARGET.fullmatch(request[2]):
        raise _malformed(REQUEST_LINE)
    path = _path(request[2])
    try:
        return _framed(data, request, rest)
    except RequestError as error:
        raise FramingError(error, path) from None


def _framed(data: bytes, request: re.Match[bytes], rest: bytes) -> Head:
    lines = rest.split(b"\r\n") if rest else []
    if len(lines) > FIELDS:
        raise refused(ErrorCode.HEADERS_TOO_LARGE)
    fields = _fields(lines)
    newest = request[3] == b"1"
    _check_host(fields.get(b"host", ()), required=newest)
    length = _body_length(fields, chunks_known=newest)
    if request[1].decode() not in METHODS:
        raise _not_allowed()
    return Head(_without_upgrade(data, lines) if b"upgrade" in fields else data, length)


def _not_allowed() -> RequestError:
    """A method that no route has."""
    error = refused(ErrorCode.METHOD_NOT_ALLOWED)
    error.headers = {"allow": ", ".join(METHODS)}
    return error


def _fields(lines: Sequence[bytes]) -> Mapping[bytes, Sequence[bytes]]:
    found: dict[bytes, list[bytes]] = {}
    for line in lines:
        field = _FIELD.fullmatch(line)
        if field is None:
            raise refused(ErrorCode.MALFORMED_REQUEST, "a header field is not `Name: value` on one line")
        found.setdefault(field[1].lower(), []).append(field[2])
    return found


def _check_host(hosts: Sequence[bytes], *, required: bool) -> None:
    if len(hosts) > 1 or (required and not hosts) or not all(_HOST.fullmatch(host) for host in hosts):
        raise refused(ErrorCode.MALFORMED_REQUEST, "send the header Host exactly once")


def _body_length(fields: Mapping[bytes, Sequence[bytes]], *, chunks_known: bool) -> int | None:
    lengths, codings = fields.get(b"content-length", ()), fields.get(b"transfer-encoding", ())
    if codings:
        if lengths or not chunks_known or [coding.lower() for coding in codings] != [b"chunked"]:
            raise refused(
                ErrorCode.MALFORMED_REQUEST, "frame the body once: Content-Length, or Transfer-Encoding: chunked"
            )
        return None
    if len(lengths) > 1 or not all(_LENGTH.fullmatch(length) for length in lengths):
        raise refused(ErrorCode.MALFORMED_REQUEST, "send Content-Length once, as a whole number")
    return int(lengths[0]) if lengths else 0


def _without_upgrade(data: bytes, lines: Sequence[bytes]) -> bytes:
    """We speak HTTP/1.1 only; an offer of something else is not taken and not passed on."""
    kept = [line for line in lines if not line.lower().startswith(b"upgrade:")]
    return b"\r\n".join([data.partition(b"\r\n")[0], *kept]) + END


def _path(target: bytes) -> str:
    """The path for the envelope; never the query, where people put secrets."""
    path = target.partition(b"?")[0]
    return path.decode("ascii", "replace") if path.startswith(b"/") else ""


def _malformed(message: str) -> FramingError:
    return FramingError(refused(ErrorCode.MALFORMED_REQUEST, message))
