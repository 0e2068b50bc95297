"""Write `docs/asyncapi.yaml` and the events in `docs/webhooks-out.md`; `--check`: only say."""  # noqa: INP001  a script

import json
import sys
from collections.abc import Iterator
from pathlib import Path

from pydantic import JsonValue

from interline.contracts.catalogue import CATALOGUE, EventDoc
from interline.domain.base import JsonObject

DOCS = Path(__file__).parent
BEGIN, END = "<!-- events: begin (made by docs/webhooks_out.py) -->", "<!-- events: end -->"
HEADERS: JsonObject = {
    "type": "object",
    "required": ["webhook-id", "webhook-timestamp", "webhook-signature", "x-interline-event"],
    "properties": {
        "webhook-id": {"type": "string", "description": "the same in every try and replay: drop what you have"},
        "webhook-timestamp": {"type": "string", "description": "seconds since 1970, of this try"},
        "webhook-signature": {"type": "string", "description": "v1,<base64>; several with spaces in a rotation"},
        "x-interline-event": {"type": "string"},
        "x-interline-sequence": {"type": "string", "description": "place in the order's own sequence, from 1"},
        "x-interline-order": {"type": "string", "description": "your order number"},
        "x-interline-step": {"type": "string", "description": "the arrow of docs/flow.md"},
        "x-interline-replay": {"type": "string", "description": "true when you asked for it again"},
    },
}


def document() -> JsonObject:
    """The AsyncAPI 3 document."""
    messages: JsonObject = {doc.event.value: _message(doc) for doc in CATALOGUE}
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Interline: webhooks to client platforms",
            "version": "1",
            "description": "Standard Webhooks over HTTPS. See webhooks-out.md.",
        },
        "defaultContentType": "application/json",
        "channels": {kind: _channel(kind) for kind in ("fulfillment", "logistics")},
        "operations": {
            f"send-{kind}": {"action": "send", "channel": {"$ref": f"#/channels/{kind}"}}
            for kind in ("fulfillment", "logistics")
        },
        "components": {"messages": messages, "schemas": {"headers": HEADERS}},
    }


def _channel(kind: str) -> JsonObject:
    sent = [doc.event.value for doc in CATALOGUE if doc.event.kind in {kind, "either"}]
    return {
        "title": f"your {kind} endpoint",
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in sent},
    }


def _message(doc: EventDoc) -> JsonObject:
    return {
        "name": doc.event.value,
        "title": doc.title,
        "summary": doc.meaning,
        "x-format-of": doc.format,
        "headers": {"$ref": "#/components/schemas/headers"},
        "payload": doc.schema,
        "examples": [{"payload": doc.example}],
    }


def yaml(value: JsonValue, indent: int = 0) -> Iterator[str]:
    """Lines of YAML: block style for what has parts, JSON for the rest (which YAML is a superset of)."""
    pad = "  " * indent
    if isinstance(value, dict):
        for name, item in value.items():
            key = name if name.replace("-", "").replace("_", "").isalnum() and name[0].isalpha() else json.dumps(name)
            yield from _entry(f"{pad}{key}:", item, indent)
    elif isinstance(value, list):
        for item in value:
            yield from _entry(f"{pad}-", item, indent)


def _entry(head: str, item: JsonValue, indent: int) -> Iterator[str]:
    if isinstance(item, dict | list) and item:
        yield head
        yield from yaml(item, indent + 1)
    else:
        yield f"{head} {json.dumps(item, ensure_ascii=False)}"


def asyncapi() -> str:
    """The whole file."""
    return (
        "# Made by docs/webhooks_out.py from interline/contracts/catalogue.py.\n" + "\n".join(yaml(document())) + "\n"
    )


def events() -> str:
    """The part of the page between the marks."""
    return "\n".join([BEGIN, *(line for doc in CATALOGUE for line in _section(doc)), "", END])


def _section(doc: EventDoc) -> list[str]:
    where = "the endpoint named at sending" if doc.event.kind == "either" else f"your {doc.event.kind} endpoint"
    example = json.dumps(doc.example, indent=2, ensure_ascii=False)
    return [
        "",
        f"### `{doc.event.value}`",
        "",
        f"{doc.meaning} Goes to {where}; body in {doc.format}'s format; {doc.step}.",
        "",
        "```json",
        example,
        "```",
    ]


def page() -> str:
    """The page with its list of events as of now."""
    text = (DOCS / "webhooks-out.md").read_text(encoding="utf-8")
    before, rest = text.split(BEGIN, 1)
    return before + events() + rest.split(END, 1)[1]


def main() -> int:
    """Write, or check."""
    wanted = {DOCS / "asyncapi.yaml": asyncapi(), DOCS / "webhooks-out.md": page()}
    stale = [path for path, text in wanted.items() if not path.is_file() or path.read_text(encoding="utf-8") != text]
    if "--check" in sys.argv:
        for path in stale:
            sys.stdout.write(f"docs/{path.name} is out of date: run python docs/webhooks_out.py\n")
        return int(bool(stale))
    for path in stale:
        path.write_text(wanted[path], encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
