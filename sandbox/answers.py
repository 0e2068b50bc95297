"""What a partner answers, in Shipper's envelope (reference: shipper-api §1.2-1.4)."""

from dataclasses import dataclass, field
from http import HTTPStatus
from time import time

from sandbox.wire import JsonObject, iso, now

INVALID_INPUT = 810
ORDER_NOT_FOUND = 3012
WRONG_KEY = 802
INTERNAL = 803


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer and what was done for it.

    `applied`: the partner did this call's work now. `effect_id`: the record the work made or changed; a repeat that
    made nothing new carries the id of the first effect.
    """

    status: int
    body: JsonObject
    applied: bool = False
    effect_id: str | None = None
    headers: dict[str, str] = field(default_factory=dict)


class RefusedError(Exception):
    """A partner says no. The text goes to the caller: it names fields, never values."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code


def done(
    data: JsonObject,
    *,
    effect_id: str | None = None,
    applied: bool = True,
    pagination: JsonObject | None = None,
) -> Answer:
    """Work done: 200."""
    body: JsonObject = {"metadata": _metadata(200), "data": data}
    if pagination is not None:
        body["pagination"] = pagination
    return Answer(200, body, applied=applied, effect_id=effect_id)


def read(data: JsonObject, *, pagination: JsonObject | None = None) -> Answer:
    """A look-up: 200, nothing changed."""
    return done(data, applied=False, pagination=pagination)


def refused(status: int, code: int, message: str, *, headers: dict[str, str] | None = None) -> Answer:
    """An error in the standard envelope."""
    metadata = _metadata(status) | {"errors": [{"code": code, "message": message}]}
    return Answer(status, {"metadata": metadata}, headers=headers or {})


def wrong_key() -> Answer:
    """The gateway-shaped 401, a different body than all other errors (§1.3)."""
    metadata = {
        "path": "",
        "status_code": 401,
        "status": "Unauthorized",
        "message": "Invalid authentication credentials",
        "error": {"code": WRONG_KEY, "message": "Invalid authentication credentials"},
        "timestamp": iso(now()),
    }
    return Answer(401, {"metadata": metadata})


def reason_phrase(status: int) -> str:
    """The standard phrase of a status, empty for a number without one."""
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""


def _metadata(status: int) -> JsonObject:
    # The path is set by the door, which knows it.
    return {"path": "", "http_status_code": status, "http_status": reason_phrase(status), "timestamp": int(time())}
