"""The catalogue of client webhooks, held against whatever a test really received."""

import jsonschema_rs
import orjson

from interline.contracts.catalogue import CATALOGUE
from interline.domain.base import JsonObject

DOCS = {doc.event.value: doc for doc in CATALOGUE}


def fitting(event: str, body: str | bytes) -> JsonObject:
    """The body, which is as the catalogue says of this event."""
    received: JsonObject = orjson.loads(body)
    jsonschema_rs.validate(DOCS[event].schema, received)
    ours = received["interline"]
    assert isinstance(ours, dict)
    assert ours["event"] == event
    return received
