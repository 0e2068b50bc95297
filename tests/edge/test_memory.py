"""REL-17: event ids are remembered longer than any sender repeats. Temporal's memory is the namespace's retention."""

from datetime import timedelta
from pathlib import Path

import pytest
from temporalio.client import Client as Temporal

from interline.domain.stray_rules import WAITS_FOR
from interline.runtime.settings import Settings
from interline.runtime.temporal import NamespaceNotReadyError, check_namespace, prepare_namespace, retention

LONGEST_SENDER = timedelta(days=30)
"""Adyen's; the rules ask for five days more."""
REMEMBERED = LONGEST_SENDER + timedelta(days=5)


async def test_ids_are_remembered_35_days_and_what_was_parked_before(temporal: Temporal, tmp_path: Path) -> None:
    """What set-up asks for by default, as the server then tells it, counts from the end of an order or a stray."""
    days = Settings(clients_file=tmp_path / "clients.toml").retention_days
    await prepare_namespace(temporal, retention_days=days)
    assert await retention(temporal) >= timedelta(days=days) >= REMEMBERED
    assert WAITS_FOR < REMEMBERED


async def test_nothing_starts_on_a_namespace_that_forgets_sooner(temporal: Temporal) -> None:
    kept = await retention(temporal)
    with pytest.raises(NamespaceNotReadyError, match="interline setup-namespace"):
        await check_namespace(temporal, retention_days=kept.days + 1)
