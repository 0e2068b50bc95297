"""A JSON reader for bytes from strangers: one meaning per text, or a refusal that says why.

Python's own reader takes the last of two equal names, NaN, a lone surrogate and numbers of any length; here they are
problems (reliability catalogue §5b). Depth is checked before anything recurses.
"""

import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Final, NoReturn

from pydantic import JsonValue

from interline.contracts.problems import ErrorCode, Problem, RequestError, escaped, refused
from interline.domain.base import JsonObject

DEPTH: Final = 32
NUMBER_CHARACTERS: Final = 32
EXACT_DIGITS: Final = 15
"""So many significant digits pass through a double unchanged, always; more only by luck (decision 0019)."""
LARGEST_INTEGER: Final = 2**53 - 1
NAME_CHARACTERS: Final = 200

# One pass, whatever the text: an unterminated string runs to the end, so that no quote is looked at twice.
_STRINGS: Final = re.compile(r'"(?:[^"\\]++|\\.)*+(?:"|\\?\Z)', re.DOTALL)
_ALL_BUT_BRACKETS: Final = {number: None for number in range(128) if chr(number) not in "[]{}"}


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one body may hold. Text in bytes of UTF-8."""

    items: int = 500
    text_bytes: int = 4096
    exact: bool = True


CLIENT_LIMITS: Final = Limits()
PARTNER_LIMITS: Final = Limits(items=10_000, text_bytes=65_536, exact=False)
"""A batch of a partner carries whole orders as texts; only the size of the body bounds it."""


def read_object(raw: bytes, limits: Limits = CLIENT_LIMITS) -> JsonObject:
    """Read one JSON object. A client's numbers are taken only when we can forward them unchanged: they may be money.

    Raises:
        RequestError: 400 for text that is not JSON of one meaning, 422 for values beyond the limits, all at once.
    """
    return object_within(parse(raw, exact=limits.exact), limits)


def object_within(value: JsonValue, limits: Limits) -> JsonObject:
    """A value that was read, if it is an object within the limits.

    Raises:
        RequestError: 422, with all that is wrong at once; 400 for text that cannot be stored.
    """
    problems = [] if _is_within(value, limits) else list(_beyond(value, "", limits))
    if not isinstance(value, dict):
        problems.insert(0, Problem(ErrorCode.WRONG_TYPE, "send one JSON object", ""))
    if problems:
        raise RequestError(problems)
    return value if isinstance(value, dict) else {}


def parse(raw: bytes, *, exact: bool = False) -> JsonValue:
    """Read one JSON text of one meaning, whatever its values; with `exact`, no number may lose a digit.

    Raises:
        RequestError: 400, with the place where it breaks.
    """
    text = _decode(raw)
    if _depth_exceeds(text, DEPTH):
        raise refused(ErrorCode.JSON_TOO_DEEP)
    try:
        value: JsonValue = json.loads(
            text,
            object_pairs_hook=_object,
            parse_int=_integer,
            parse_float=_exact_number if exact else _number,
            parse_constant=_constant,
        )
    except json.JSONDecodeError as error:
        where = f"the body is not JSON: it breaks at line {error.lineno}, column {error.colno}"
        raise refused(ErrorCode.MALFORMED_JSON, where) from None
    return value


def _decode(raw: bytes) -> str:
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        raise refused(ErrorCode.MALFORMED_JSON, "the body is not UTF-8") from None
    if text.startswith("\ufeff"):
        raise refused(ErrorCode.MALFORMED_JSON, "remove the byte order mark at the start of the body")
    if not text.strip():
        raise refused(ErrorCode.MALFORMED_JSON, "the body is empty: send one JSON object")
    return text


def _depth_exceeds(text: str, most: int) -> bool:
    if text.count("[") + text.count("{") <= most:
        return False
    depth = 0
    for bracket in _STRINGS.sub("", text).translate(_ALL_BUT_BRACKETS):
        depth += 1 if bracket in "[{" else -1 if bracket in "]}" else 0
        if depth > most:
            return True
    return False


def _object(pairs: list[tuple[str, JsonValue]]) -> JsonObject:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise refused(ErrorCode.DUPLICATE_JSON_KEY)
    return found


def _integer(text: str) -> int:
    return int(_short(text))


def _number(text: str) -> float:
    return float(_short(text))


def _exact_number(text: str) -> float:
    number = _number(text)
    if math.isfinite(number) and not _is(number, text):
        raise refused(ErrorCode.NUMBER_TOO_LONG, f"send numbers of at most {EXACT_DIGITS} significant digits")
    return number


def _is(number: float, text: str) -> bool:
    try:
        return Decimal(repr(number)) == Decimal(text)
    except InvalidOperation:  # an exponent beyond all measure
        return False


def _short(text: str) -> str:
    if len(text) > NUMBER_CHARACTERS:
        raise refused(ErrorCode.NUMBER_TOO_LONG)
    return text


def _constant(_: str) -> NoReturn:
    raise refused(ErrorCode.MALFORMED_JSON, "NaN and Infinity are not JSON: send a number or leave the field out")


def _is_within(value: JsonValue, limits: Limits) -> bool:
    """Is `_beyond` sure to find nothing? One quick pass; what has anything unusual gets the thorough one."""
    left = [value]
    while left:
        item = left.pop()
        if isinstance(item, str):
            if not item.isascii() or "\0" in item or len(item) > limits.text_bytes:
                return False
        elif isinstance(item, list):
            if len(item) > limits.items:
                return False
            left += item
        elif isinstance(item, dict):
            if not all(name.isascii() and "\0" not in name and len(name) <= NAME_CHARACTERS for name in item):
                return False
            left += item.values()
        elif item is not None and not -LARGEST_INTEGER <= item <= LARGEST_INTEGER:
            return False
    return True


def _beyond(value: JsonValue, pointer: str, limits: Limits) -> Iterator[Problem]:
    """Every value beyond the limits; a lone surrogate ends the reading, because it cannot even be stored."""
    if isinstance(value, str):
        yield from _text_problems(value, pointer, limits.text_bytes)
    elif isinstance(value, int | float):
        if not math.isfinite(value) or (isinstance(value, int) and abs(value) > LARGEST_INTEGER):
            yield Problem(ErrorCode.NUMBER_OUT_OF_RANGE, pointer=pointer)
    elif isinstance(value, list):
        if len(value) > limits.items:
            yield Problem(ErrorCode.TOO_MANY_ITEMS, f"send at most {limits.items} items", pointer)
        for place, item in enumerate(value):
            yield from _beyond(item, f"{pointer}/{place}", limits)
    elif isinstance(value, dict):
        for name, item in value.items():
            if any(_text_problems(name, pointer, NAME_CHARACTERS)):
                yield Problem(ErrorCode.INVALID_CHARACTERS, "a name in this object is too long or unreadable", pointer)
            else:
                yield from _beyond(item, f"{pointer}/{escaped(name)}", limits)


def _text_problems(text: str, pointer: str, most_bytes: int) -> Iterator[Problem]:
    if "\0" in text:
        yield Problem(ErrorCode.INVALID_CHARACTERS, pointer=pointer)
    try:
        size = len(text) if text.isascii() else len(text.encode())
    except UnicodeEncodeError:
        raise refused(ErrorCode.INVALID_UNICODE) from None
    if size > most_bytes:
        yield Problem(ErrorCode.TOO_LONG, f"send at most {most_bytes} bytes of text", pointer)
