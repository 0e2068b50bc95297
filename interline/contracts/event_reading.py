"""What the readers of partner webhooks share: who sent it when, event ids, times, quantities, references.

Shipper's fulfillment events carry neither id nor zone nor signature (reference §5.8), so an id is made of natural keys
and a naive time is read in the warehouse's zone.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Final
from zoneinfo import ZoneInfo

from pydantic import JsonValue

from interline.contracts.canonical import digest
from interline.contracts.fields import ORDER_NUMBER_PATTERN
from interline.contracts.wire import text
from interline.domain.base import JsonObject
from interline.domain.events import Event
from interline.names import Signal

ORDER_NUMBER: Final = re.compile(ORDER_NUMBER_PATTERN, re.ASCII)
REFERENCE: Final = re.compile(r"[A-Za-z0-9_.:/-]{1,64}", re.ASCII)
SENDER_ID: Final = re.compile(r"[A-Za-z0-9_.:-]{1,128}", re.ASCII)
REASON_CHARACTERS: Final = 500


class UnusableError(Exception):
    """A signed event that nobody can act on. The text says what is missing, never a value."""


@dataclass(frozen=True, slots=True)
class Reading:
    """The circumstances of one webhook. `sender_id` is the sender's own proven event id, if its headers carry one."""

    kind: Signal
    partner: str
    zone: ZoneInfo
    received_at: datetime
    sender_id: str | None = None


@dataclass(frozen=True, slots=True)
class Heard:
    """One event, and why it cannot be used, if so."""

    event: Event
    problem: str = ""


def event_id(reading: Reading, *natural: JsonValue, own: str = "") -> str:
    """The sender's id (of the headers, else `own` of the body), else one made of the natural keys."""
    sent = reading.sender_id or own
    name = sent if sent and SENDER_ID.fullmatch(sent) else digest(reading.kind.value, sent, *natural)
    return f"{reading.kind.value}:{name}"


def unusable(reading: Reading, raw: JsonObject, problem: str, *, natural: JsonValue = None) -> Heard:
    """An event kept for a human, with all that may be kept. `natural` makes its id where `raw` does not tell it."""
    event = Event(
        event_id=event_id(reading, raw if natural is None else natural),
        kind=reading.kind.value,
        partner=reading.partner,
        received_at=reading.received_at,
        data={"problem": problem},
        raw=raw,
    )
    return Heard(event, problem)


def order_number(*candidates: JsonValue) -> str | None:
    """The first of the candidates that is there.

    Raises:
        UnusableError: it has characters that no order number of ours has.
    """
    found = next((name for candidate in candidates if (name := text(candidate).strip())), None)
    if found is not None and not ORDER_NUMBER.fullmatch(found):
        raise UnusableError("the order number has characters that no order number has")
    return found


def reference(value: JsonValue) -> str | None:
    """A tracking id or a partner's number, if it can be one."""
    found = text(value).strip()
    return found if REFERENCE.fullmatch(found) else None


def moment(value: JsonValue, zone: tzinfo) -> datetime | None:
    """A partner's time in UTC; one without a zone is the warehouse's. None when it is no time."""
    try:
        read = datetime.fromisoformat(text(value).strip())
        return (read if read.tzinfo else read.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def pieces(value: JsonValue) -> int:
    """A whole, positive number of pieces, also as `2.0` or `"2"`.

    Raises:
        UnusableError: it is none.
    """
    number = int(value) if isinstance(value, str) and re.fullmatch(r"[0-9]{1,9}", value, re.ASCII) else value
    if isinstance(number, bool) or not isinstance(number, int | float) or number != int(number) or number < 0:
        raise UnusableError("a quantity is not a whole number of pieces")
    return int(number)


def rows(document: JsonObject, name: str) -> list[JsonObject]:
    """The list of objects of that name.

    Raises:
        UnusableError: there is none, or something else is in it.
    """
    found = document.get(name)
    if not isinstance(found, list):
        raise UnusableError(f"the list {name} is missing")
    objects = [row for row in found if isinstance(row, dict)]
    if len(objects) != len(found):
        raise UnusableError(f"the list {name} holds something else than objects")
    return objects


def sku_of(row: JsonObject) -> str:
    """The row's product.

    Raises:
        UnusableError: it names none.
    """
    sku = text(row.get("sku"))
    if not sku:
        raise UnusableError("a row names no sku")
    return sku


def known(value: JsonValue) -> str | None:
    """A text that says something, cut to a sensible length."""
    return text(value)[:REASON_CHARACTERS] or None


def without_auth(document: JsonObject) -> JsonObject:
    """The partner's object without the secret that Shipper puts inside."""
    return {name: value for name, value in document.items() if name != "auth"}
