"""`deploy/.env.example` is the manual of every INTERLINE_* setting: each one is there, with its true default."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import BaseModel

from interline.runtime.settings import Settings

DEPLOY = Path(__file__).parents[2] / "deploy"
PREFIX = "INTERLINE_"
TEXT = (DEPLOY / ".env.example").read_text()
TOLD = dict(re.findall(rf"^# ({PREFIX}\w+)=(.*)$", TEXT, re.MULTILINE))
OF_COMPOSE = set(re.findall(rf"^({PREFIX}\w+)=", TEXT, re.MULTILINE))


def names(model: type[BaseModel], prefix: str = PREFIX) -> Iterator[str]:
    """The variables of a model's fields; those of a nested model one by one."""
    for name, field in model.model_fields.items():
        inner = field.annotation
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            yield from names(inner, f"{prefix}{name.upper()}__")
        else:
            yield f"{prefix}{name.upper()}"


def test_it_names_every_setting_and_no_other() -> None:
    """A new setting belongs into deploy/.env.example, commented out with its default."""
    assert set(TOLD) == set(names(Settings))


def test_what_is_commented_out_is_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [known for known in os.environ if known.startswith(PREFIX)]:
        monkeypatch.delenv(name)
    defaults = Settings()
    for name, value in TOLD.items():
        if value:  # an empty one says what its absence means
            monkeypatch.setenv(name, value)
    assert Settings() == defaults


def test_the_rest_is_read_by_compose_itself() -> None:
    compose = (DEPLOY / "compose.yaml").read_text()
    assert {name for name in OF_COMPOSE if f"${{{name}" not in compose} == set()
