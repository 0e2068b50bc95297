"""REL-17: the same webhook 29 days later, to an order that has ended meanwhile.

The gateway's clock is set 29 days on, and the waiting room of late events, which closes 72 hours after the last one,
closes here at once. `tests/full/test_long_memory.py` does it with the server's own clock.
"""

from datetime import UTC, datetime, timedelta, tzinfo
from typing import Self

import pytest
from temporalio.client import Client as Temporal
from temporalio.client import WorkflowExecutionAsyncIterator

from interline.domain import stray_rules as rules
from interline.domain.stray import KeptState
from starter.gateway import proof, webhooks
from tests.edge.test_strays import PGI, SHIPMENT, Heard, ended_order, goods_issue, heard, room
from tests.gateway.support import Engine, Http, a_status, signed, unique

__all__ = ["heard"]

LATER = timedelta(days=29)


class Later(datetime):
    """A clock."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> Self:
        """In 29 days."""
        return super().now(tz) + LATER


def late_gateway(monkeypatch: pytest.MonkeyPatch) -> None:
    """The gateway of this process lives 29 days from now on."""
    for module in (proof, webhooks):
        monkeypatch.setattr(module, "datetime", Later)


def lagging_list(monkeypatch: pytest.MonkeyPatch, temporal: Temporal) -> None:
    """The list of workflows has not heard yet that anything has ended."""
    real = temporal.list_workflows

    def listed(query: str) -> WorkflowExecutionAsyncIterator:
        return real(query.replace("ExecutionStatus = 'Completed'", "ExecutionStatus = 'Terminated'"))

    monkeypatch.setattr(temporal, "list_workflows", listed)


async def _known(temporal: Temporal, engine: Engine, number: str) -> bool:
    """The server or, asked by the waiting room, the order's history remembers the event: nothing follows from it."""
    waiting = room(temporal, number)
    if not await engine.history(waiting.id):
        return True
    return {kept.state for kept in (await waiting.result()).events} == {KeptState.KNOWN}


@pytest.mark.parametrize("kind", ["shipment status", "goods issue"])
async def test_what_the_order_took_has_no_second_effect_29_days_later(  # noqa: PLR0913  fixtures
    kind: str, *, shop: Http, heard: Heard, temporal: Temporal, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    status, webhook_id = a_status(), unique("msg")
    number, _ = await ended_order(shop, temporal, [status], goods_issue_id=webhook_id)
    before = await engine.order_signals("shop", number)
    late_gateway(monkeypatch)
    if kind == "goods issue":
        again = goods_issue(number)
        fresh = signed(again, webhook_id=webhook_id, at=Later.now(UTC).timestamp())
        answer = await shop.post(PGI, content=again, headers=fresh)
    else:
        answer = await shop.post(SHIPMENT, json={**status, "external_id": number})
    assert answer.status_code == 200
    assert await _known(temporal, engine, number)
    assert await engine.order_signals("shop", number) == before
    assert (heard.webhooks, heard.updates) == ([], [])


async def test_what_was_told_as_late_is_not_told_again_when_its_room_has_closed(
    shop: Http, heard: Heard, temporal: Temporal, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor when it comes in the moment of closing: the list of workflows lags behind, and still calls the room open."""
    lagging_list(monkeypatch, temporal)
    monkeypatch.setattr(rules, "WAITS_FOR", timedelta(seconds=1))
    number, _ = await ended_order(shop, temporal, [])
    lost = {"code": 1380, "name": "", "description": ""}
    late = [a_status(external_id=number), a_status(external_id=number, external_status=lost)]
    for event in late:
        assert (await shop.post(SHIPMENT, json=event)).status_code == 200
    first = await room(temporal, number).result()
    assert [kept.state for kept in first.events] == [KeptState.LATE] * 2
    late_gateway(monkeypatch)
    for event in late:
        assert (await shop.post(SHIPMENT, json=event)).status_code == 200
    assert await _known(temporal, engine, number)
    assert (len(heard.webhooks), len(heard.updates)) == (2, 1)
