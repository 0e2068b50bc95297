"""The typed search attributes: the columns and filters of the Temporal UI. Opaque ids and states only."""

from collections.abc import Mapping
from typing import Final

import orjson
from temporalio.api.common.v1 import Payload, SearchAttributes
from temporalio.common import SearchAttributeKey

from interline.names import Attribute

KEYWORDS: Final[dict[Attribute, SearchAttributeKey[str]]] = {
    attribute: SearchAttributeKey.for_keyword(attribute.value)
    for attribute in Attribute
    if attribute is not Attribute.NEEDS_ATTENTION
}
NEEDS_ATTENTION: Final = SearchAttributeKey.for_bool(Attribute.NEEDS_ATTENTION.value)


def encoded(values: Mapping[Attribute, str | bool]) -> SearchAttributes:
    """Keyword attributes and the flag as a request carries them; byte for byte what the SDK makes of them."""
    return SearchAttributes(indexed_fields={attribute.value: _payload(value) for attribute, value in values.items()})


def _payload(value: str | bool) -> Payload:  # noqa: FBT001  a value, no switch
    kind = b"Bool" if isinstance(value, bool) else b"Keyword"
    return Payload(metadata={"encoding": b"json/plain", "type": kind}, data=orjson.dumps(value))
