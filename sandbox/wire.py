"""JSON and time as they stand on the wire."""

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

import orjson

JsonObject: TypeAlias = dict[str, Any]
"""A JSON object of somebody else's making: its values are unknown until looked at."""

WAREHOUSE_ZONE = ZoneInfo("Asia/Jakarta")


def dumps(value: object) -> str:
    """Compact JSON text."""
    return orjson.dumps(value).decode()


def now() -> datetime:
    """The present, in UTC."""
    return datetime.now(UTC)


def iso(moment: datetime) -> str:
    """ISO 8601 with `+00:00` and milliseconds."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")


def warehouse_time(moment: datetime) -> str:
    """A fulfillment time as Shipper writes it: `YYYY-MM-DD HH:mm:ss` in the warehouse's zone, which is not named."""
    return moment.astimezone(WAREHOUSE_ZONE).strftime("%Y-%m-%d %H:%M:%S")


def digest(*parts: object, length: int = 24) -> str:
    """A stable hex id made of natural keys."""
    return hashlib.sha256("\x1f".join(map(str, parts)).encode()).hexdigest()[:length]


def number(*parts: object, below: int) -> int:
    """A stable number in [0, below) made of natural keys."""
    return int(digest(*parts, length=12), 16) % below


def unwrapped(body: JsonObject, name: str) -> JsonObject:
    """The object itself, whether it came bare, in `data` or in `data.<name>`."""
    for key in ("data", name):
        inner = body.get(key)
        if isinstance(inner, dict):
            body = inner
    return body


def loads_object(body: bytes) -> JsonObject | None:
    """The JSON object in `body`, or None when there is none."""
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    return value if isinstance(value, dict) else None


def lower_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """Header names in lower case, values as received."""
    return {name.lower(): value for name, value in headers.items()}
