"""Reading what partners answer: never trusted, never raised as anything but an unknown outcome."""

from typing import NoReturn

import orjson
from pydantic import JsonValue

from interline.domain.base import JsonObject
from interline.errors import UnaskableError, WrongAnswerError, from_status

_NO_SUCH_CALL = frozenset({404, 405, 501})


def body_of(document: JsonObject) -> bytes:
    """The bytes of a body we send."""
    return orjson.dumps(document)


def read(who: str, raw: bytes) -> JsonObject:
    """Parse an answer as a JSON object.

    Raises:
        WrongAnswerError: it is something else (HTML, empty, a list).
    """
    try:
        document = orjson.loads(raw)
    except orjson.JSONDecodeError:
        wrong(who, "its answer is not JSON")
    if not isinstance(document, dict):
        wrong(who, "its answer is not a JSON object")
    return document


def at(value: JsonValue, *path: str) -> JsonValue:
    """The value at a path of names, or None where the path leads nowhere."""
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def text(value: JsonValue) -> str:
    """A text or a number as text; anything else is empty."""
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else ""


def wrong(who: str, what: str) -> NoReturn:
    """A 2xx that is not the agreed answer: the effect may or may not have happened."""
    raise WrongAnswerError(f"{who} answered with success, but {what}")


def check_look_up(who: str, status: int, wait_seconds: float | None) -> None:
    """A look-up must be answered, or the unknown outcome before it stays unknown.

    Raises:
        UnaskableError: the partner has no such look-up, so nobody can say whether the effect happened.
        PartnerCallError: it failed otherwise.
    """
    if status in _NO_SUCH_CALL:
        raise UnaskableError(f"{who} cannot be asked (it answered {status}): a human must look")
    failure = from_status(status, who=who, wait_seconds=wait_seconds)
    if failure:
        raise failure
