"""What a JSON body means, whatever its spelling: the fingerprint that tells a repetition from another order."""

import hashlib

import orjson
from pydantic import JsonValue

from interline.contracts.strict_json import LARGEST_INTEGER
from interline.domain.base import JsonObject


def fingerprint(body: JsonObject) -> str:
    """SHA-256 of the body's meaning: white space, escapes, the order of names and 1 or 1.0 make no difference."""
    return hashlib.sha256(orjson.dumps(_plain(body), option=orjson.OPT_SORT_KEYS)).hexdigest()


def digest(*parts: JsonValue) -> str:
    """40 hexadecimal digits that stand for these values."""
    return hashlib.sha256(orjson.dumps(_plain(list(parts)), option=orjson.OPT_SORT_KEYS)).hexdigest()[:40]


def _plain(value: JsonValue) -> JsonValue:
    if isinstance(value, float) and value.is_integer() and abs(value) <= LARGEST_INTEGER:
        return int(value)
    if isinstance(value, dict):
        return {name: _plain(item) for name, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list) else value
