"""Secrets by reference: `env:NAME` or `file:PATH`, never in a settings file itself."""

import os
from collections.abc import Mapping
from pathlib import Path

from pydantic import SecretStr

SHORTEST = 16


class SecretMissingError(ValueError):
    """A reference that leads nowhere. The text names the reference, never a value."""


def resolve(reference: str, *, base: Path, environ: Mapping[str, str] = os.environ) -> SecretStr:
    """Read what a reference points to; a relative file is looked up beside the settings file."""
    scheme, _, target = reference.partition(":")
    if scheme == "env" and target in environ:
        return _checked(environ[target], reference)
    if scheme == "file" and (base / target).is_file():
        return _checked((base / target).read_text().strip(), reference)
    if scheme not in {"env", "file"}:
        raise SecretMissingError("a secret stands here in the clear: write it as env:NAME or file:PATH")
    raise SecretMissingError(f"secret {reference!r} was not found: set the variable or write the file")


def _checked(value: str, reference: str) -> SecretStr:
    if len(value) < SHORTEST:
        raise SecretMissingError(f"secret {reference!r} is shorter than {SHORTEST} characters: make a longer one")
    return SecretStr(value)
