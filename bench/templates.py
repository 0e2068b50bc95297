"""Requests made from templates, because making each anew costs the generator more than sending it."""

from collections.abc import Iterator, Mapping
from typing import Final
from urllib.parse import urlsplit

from bench.wire import END

MARK: Final = b"ov-00000000"
"""What is replaced in a template, by as many bytes."""


def request(url: str, body: bytes, headers: Mapping[str, str]) -> bytes:
    """A POST, whole."""
    where = urlsplit(url)
    fields = {"host": where.netloc, "content-type": "application/json", "content-length": str(len(body)), **headers}
    lines = "\r\n".join(f"{name}: {value}" for name, value in fields.items())
    return f"POST {where.path} HTTP/1.1\r\n{lines}".encode() + END + body


_numbers = iter(range(10**8))


def marked(templates: list[bytes]) -> Iterator[tuple[str, bytes]]:
    """Each template in turn, with a mark of its own; no mark comes twice."""
    for number in _numbers:
        mark = b"ov-%08d" % number
        yield mark.decode(), templates[number % len(templates)].replace(MARK, mark)
