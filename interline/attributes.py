"""The typed search attributes: the columns and filters of the Temporal UI. Opaque ids and states only."""

from typing import Final

from temporalio.common import SearchAttributeKey

from interline.names import Attribute

KEYWORDS: Final[dict[Attribute, SearchAttributeKey[str]]] = {
    attribute: SearchAttributeKey.for_keyword(attribute.value)
    for attribute in Attribute
    if attribute is not Attribute.NEEDS_ATTENTION
}
NEEDS_ATTENTION: Final = SearchAttributeKey.for_bool(Attribute.NEEDS_ATTENTION.value)
