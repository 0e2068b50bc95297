"""Pydantic's findings as our problems: stable code, JSON pointer, a message that says the fix, never the value."""

from collections.abc import Mapping
from typing import Final, TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from interline.contracts.fields import HINTS, Body
from interline.contracts.problems import MEANINGS, ErrorCode, Problem, escaped
from interline.domain.base import JsonObject

BodyT = TypeVar("BodyT", bound=Body)

_E = ErrorCode
_KNOWN: Final[Mapping[str, tuple[ErrorCode, str]]] = {
    "missing": (_E.REQUIRED, "add this field"),
    "int_type": (_E.WRONG_TYPE, "send a whole number, without quotes or decimals"),
    "string_type": (_E.WRONG_TYPE, "send text"),
    "bool_type": (_E.WRONG_TYPE, "send true or false"),
    "list_type": (_E.WRONG_TYPE, "send a list"),
    "model_type": (_E.WRONG_TYPE, "send an object"),
    "greater_than_equal": (_E.OUT_OF_RANGE, "send at least {ge}"),
    "less_than_equal": (_E.OUT_OF_RANGE, "send at most {le}"),
    "string_too_short": (_E.REQUIRED, "this text is empty"),
    "string_too_long": (_E.TOO_LONG, "send at most {max_length} characters"),
    "too_short": (_E.REQUIRED, "send at least one item"),
    "too_long": (_E.TOO_MANY_ITEMS, "send at most {max_length} items"),
    "literal_error": (_E.UNKNOWN_VALUE, "send one of the values listed"),
    "enum": (_E.UNKNOWN_VALUE, "send one of the values listed"),
    "extra_forbidden": (_E.UNKNOWN_FIELD, MEANINGS[_E.UNKNOWN_FIELD].fix),
}


def check(model: type[BodyT], value: JsonObject, prefix: str) -> tuple[BodyT | None, list[Problem]]:
    """Read `value` as `model`: the model, or every problem with its pointer below `prefix`."""
    try:
        return model.model_validate(value), []
    except ValidationError as error:
        details = error.errors(include_url=False, include_input=False)
        return None, [_problem(detail, prefix) for detail in details]


def _problem(detail: ErrorDetails, prefix: str) -> Problem:
    pointer = prefix + "".join(f"/{escaped(str(part))}" for part in detail["loc"])
    name = next((part for part in reversed(detail["loc"]) if isinstance(part, str)), "")
    error, fix = _told(detail)
    if error is _E.REQUIRED and name == "tracking_id":
        return Problem(_E.TRACKING_ID_REQUIRED, pointer=pointer)
    hint = HINTS.get(name)
    return Problem(error, f"{fix} ({hint})" if hint else fix, pointer)


def _told(detail: ErrorDetails) -> tuple[ErrorCode, str]:
    """Our code and words. `ctx` holds limits of ours only for the kinds of findings listed."""
    kind = detail["type"]
    if kind in _KNOWN:
        error, fix = _KNOWN[kind]
        return error, fix.format_map(detail.get("ctx", {}))
    return (_E(kind), detail["msg"]) if kind in set(_E) else (_E.WRONG_TYPE, "this value does not fit")
