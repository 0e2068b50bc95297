"""Everything that can be wrong with a request: one closed list of stable codes, and the error that carries them.

`docs/errors.md` is checked against this list. A message says the fix and never holds a value of the request.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, NamedTuple

from interline.domain.base import JsonObject

KEY_CODE: Final = 802
INTERNAL_CODE: Final = 803
INPUT_CODE: Final = 810
ORDER_NOT_FOUND_CODE: Final = 3012


class ErrorCode(StrEnum):
    """`errors[].error`: stable, for programs. The meaning of each stands in `MEANINGS`."""

    API_KEY_MISSING = "api-key-missing"
    API_KEY_WRONG = "api-key-wrong"
    WEBHOOK_SIGNATURE_INVALID = "webhook-signature-invalid"

    MALFORMED_REQUEST = "malformed-request"
    URI_TOO_LONG = "uri-too-long"
    HEADERS_TOO_LARGE = "headers-too-large"
    MALFORMED_JSON = "malformed-json"
    INVALID_UNICODE = "invalid-unicode"
    DUPLICATE_JSON_KEY = "duplicate-json-key"
    NUMBER_TOO_LONG = "number-too-long"
    JSON_TOO_DEEP = "json-too-deep"

    RATE_LIMITED = "rate-limited"
    TOO_MANY_FAILURES = "too-many-failures"
    OVERLOADED = "overloaded"

    IDEMPOTENCY_KEY_MALFORMED = "idempotency-key-malformed"
    IDEMPOTENCY_KEY_REUSED = "idempotency-key-reused"
    IDEMPOTENCY_KEY_IN_FLIGHT = "idempotency-key-in-flight"

    NOT_FOUND = "not-found"
    ORDER_NOT_FOUND = "order-not-found"
    METHOD_NOT_ALLOWED = "method-not-allowed"
    REQUEST_TIMEOUT = "request-timeout"
    DELIVERY_NOT_FOUND = "delivery-not-found"
    ORDER_ALREADY_EXISTS = "order-already-exists"
    ORDER_CLOSED = "order-closed"
    WEBHOOK_NOT_CONFIGURED = "webhook-not-configured"
    COMMAND_REFUSED = "command-refused"
    CONTENT_TOO_LARGE = "content-too-large"
    UNSUPPORTED_MEDIA_TYPE = "unsupported-media-type"
    UNSUPPORTED_CONTENT_ENCODING = "unsupported-content-encoding"

    TRACKING_ID_REQUIRED = "tracking-id-required"
    REQUIRED = "required"
    WRONG_TYPE = "wrong-type"
    OUT_OF_RANGE = "out-of-range"
    NUMBER_OUT_OF_RANGE = "number-out-of-range"
    TOO_MANY_DECIMALS = "too-many-decimals"
    TOO_LONG = "too-long"
    TOO_MANY_ITEMS = "too-many-items"
    INVALID_FORMAT = "invalid-format"
    INVALID_CHARACTERS = "invalid-characters"
    UNKNOWN_VALUE = "unknown-value"
    UNKNOWN_FIELD = "unknown-field"
    COORDINATES_REQUIRED = "coordinates-required"
    CONTRADICTION = "contradiction"
    WEBHOOK_KIND_INACTIVE = "webhook-kind-inactive"
    URL_NOT_ALLOWED = "url-not-allowed"
    NOT_SERVICEABLE = "not-serviceable"

    PARTNER_TIMEOUT = "partner-timeout"
    PARTNER_UNAVAILABLE = "partner-unavailable"
    PARTNER_INVALID_RESPONSE = "partner-invalid-response"
    TEMPORARILY_UNAVAILABLE = "temporarily-unavailable"
    INTERNAL_ERROR = "internal-error"


class Meaning(NamedTuple):
    """HTTP status, Shipper's number (the HTTP status where Shipper has none), and what to do."""

    status: int
    code: int
    fix: str


_E = ErrorCode
MEANINGS: Final[Mapping[ErrorCode, Meaning]] = {
    _E.API_KEY_MISSING: Meaning(401, KEY_CODE, "send your key in the header X-API-Key"),
    _E.API_KEY_WRONG: Meaning(401, KEY_CODE, "this key is not known here: check it, or ask for a new one"),
    _E.WEBHOOK_SIGNATURE_INVALID: Meaning(401, KEY_CODE, "sign the raw body with the agreed secret and time of now"),
    _E.MALFORMED_REQUEST: Meaning(
        400, 400, "send plain HTTP/1.1: one Host, one framing of the body, one line per header"
    ),
    _E.URI_TOO_LONG: Meaning(414, 414, "send an address of at most 8 KiB"),
    _E.HEADERS_TOO_LARGE: Meaning(431, 431, "send at most 100 header fields and 16 KiB of them"),
    _E.MALFORMED_JSON: Meaning(400, INPUT_CODE, "send one JSON object in UTF-8, without a byte order mark"),
    _E.INVALID_UNICODE: Meaning(400, INPUT_CODE, "send surrogates in pairs only, or the character itself"),
    _E.DUPLICATE_JSON_KEY: Meaning(400, INPUT_CODE, "send each name once per object"),
    _E.NUMBER_TOO_LONG: Meaning(400, INPUT_CODE, "send numbers of at most 32 characters"),
    _E.JSON_TOO_DEEP: Meaning(400, INPUT_CODE, "nest objects and lists at most 32 deep"),
    _E.RATE_LIMITED: Meaning(429, 429, "you send more than your rate: repeat after Retry-After"),
    _E.TOO_MANY_FAILURES: Meaning(429, 429, "too many wrong keys or signatures came from your address: check yours"),
    _E.OVERLOADED: Meaning(503, INTERNAL_CODE, "too many requests are under way: repeat after Retry-After"),
    _E.IDEMPOTENCY_KEY_MALFORMED: Meaning(
        400, INPUT_CODE, "send Idempotency-Key once: 1 to 255 visible ASCII characters without spaces"
    ),
    _E.IDEMPOTENCY_KEY_REUSED: Meaning(
        422, INPUT_CODE, "this key named another request before: send a new key, or the first request again"
    ),
    _E.IDEMPOTENCY_KEY_IN_FLIGHT: Meaning(
        409, INPUT_CODE, "the first request with this key has no answer yet: repeat it when it has one"
    ),
    _E.NOT_FOUND: Meaning(404, 404, "there is no such address: see /docs"),
    _E.ORDER_NOT_FOUND: Meaning(404, ORDER_NOT_FOUND_CODE, "you have no order of this number in this warehouse"),
    _E.METHOD_NOT_ALLOWED: Meaning(405, 405, "use a method of the header Allow"),
    _E.REQUEST_TIMEOUT: Meaning(408, 408, "send the whole head within 10 seconds and the whole body within 15"),
    _E.DELIVERY_NOT_FOUND: Meaning(
        404, 404, "you have no such delivery: GET /v3/fulfillment/webhooks/deliveries lists them"
    ),
    _E.ORDER_ALREADY_EXISTS: Meaning(409, 409, "this order number is taken by another body: use a new number"),
    _E.ORDER_CLOSED: Meaning(
        409, 409, "this order was cancelled, rejected or stopped, data says where it stands: use a new number"
    ),
    _E.WEBHOOK_NOT_CONFIGURED: Meaning(409, 409, "set the url of this kind first: PUT /v3/fulfillment/webhooks"),
    _E.COMMAND_REFUSED: Meaning(409, 409, "the order does not allow this now: the message says why, data the state"),
    _E.CONTENT_TOO_LARGE: Meaning(413, 413, "send at most 256 KiB, to ask for a price 64 KiB"),
    _E.UNSUPPORTED_MEDIA_TYPE: Meaning(415, 415, "send Content-Type: application/json, charset utf-8 or none"),
    _E.UNSUPPORTED_CONTENT_ENCODING: Meaning(415, 415, "send the body uncompressed"),
    _E.TRACKING_ID_REQUIRED: Meaning(
        422, INPUT_CODE, "add tracking_id: the order id that Shipper's POST /v3/order gave you, e.g. 219PE62KWMMNX"
    ),
    _E.REQUIRED: Meaning(422, INPUT_CODE, "add this field"),
    _E.WRONG_TYPE: Meaning(422, INPUT_CODE, "send this field in the type that the message names"),
    _E.OUT_OF_RANGE: Meaning(422, INPUT_CODE, "send a number within the range that the message names"),
    _E.NUMBER_OUT_OF_RANGE: Meaning(422, INPUT_CODE, "send numbers between -(2^53 - 1) and 2^53 - 1"),
    _E.TOO_MANY_DECIMALS: Meaning(422, INPUT_CODE, "round to the decimals that the message names"),
    _E.TOO_LONG: Meaning(422, INPUT_CODE, "shorten this text to the length that the message names"),
    _E.TOO_MANY_ITEMS: Meaning(422, INPUT_CODE, "send at most 500 items in one list"),
    _E.INVALID_FORMAT: Meaning(422, INPUT_CODE, "use only the characters, in the form, that the message names"),
    _E.INVALID_CHARACTERS: Meaning(
        422, INPUT_CODE, "remove control characters, ends of lines and invisible characters from this text"
    ),
    _E.UNKNOWN_VALUE: Meaning(422, INPUT_CODE, "send one of the values that the message names"),
    _E.UNKNOWN_FIELD: Meaning(422, INPUT_CODE, "leave this field out, or correct its name: there is no such setting"),
    _E.COORDINATES_REQUIRED: Meaning(
        422, INPUT_CODE, 'add lat and lng as decimal degrees as text, e.g. "-6.2250000": this rate type needs them'
    ),
    _E.CONTRADICTION: Meaning(422, INPUT_CODE, "two fields differ: send one of them, or the same in both"),
    _E.WEBHOOK_KIND_INACTIVE: Meaning(422, INPUT_CODE, "activate the webhook kind that the message names, then repeat"),
    _E.URL_NOT_ALLOWED: Meaning(422, INPUT_CODE, "send a public https address, port 443 or 8443"),
    _E.NOT_SERVICEABLE: Meaning(422, INPUT_CODE, "no carrier serves this route, size and rate type"),
    _E.PARTNER_TIMEOUT: Meaning(504, INTERNAL_CODE, "the logistics provider did not answer in time: repeat"),
    _E.PARTNER_UNAVAILABLE: Meaning(503, INTERNAL_CODE, "the logistics provider cannot be reached: repeat later"),
    _E.PARTNER_INVALID_RESPONSE: Meaning(502, INTERNAL_CODE, "the logistics provider gave no usable price: repeat"),
    _E.TEMPORARILY_UNAVAILABLE: Meaning(503, INTERNAL_CODE, "nothing is lost: repeat the same after Retry-After"),
    _E.INTERNAL_ERROR: Meaning(500, INTERNAL_CODE, "a fault of ours: repeat, and report it with the X-Request-Id"),
}

MOST_PROBLEMS: Final = 20
"""How many problems of one request are told (reliability rules §5)."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to fix. `pointer` is an RFC 6901 pointer into the body as it was sent."""

    error: ErrorCode
    message: str = ""
    pointer: str | None = None

    def as_json(self) -> JsonObject:
        """An entry of `metadata.errors`."""
        meaning = MEANINGS[self.error]
        entry: JsonObject = {"code": meaning.code, "error": self.error.value, "message": self.message or meaning.fix}
        return entry if self.pointer is None else {**entry, "pointer": self.pointer}


@dataclass(eq=False)
class RequestError(Exception):
    """A request that is answered with its problems; the first one decides the HTTP status."""

    problems: Sequence[Problem]
    data: JsonObject | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return ", ".join(problem.error.value for problem in self.problems)

    @property
    def status(self) -> int:
        """The HTTP status of the answer."""
        return MEANINGS[self.problems[0].error].status


def refused(error: ErrorCode, message: str = "", *, pointer: str | None = None) -> RequestError:
    """A request with this one problem."""
    return RequestError([Problem(error, message, pointer)])


def escaped(name: str) -> str:
    """One part of a JSON pointer (RFC 6901)."""
    return name.replace("~", "~0").replace("/", "~1")
