"""The oracle: compares what was promised with what the witnesses saw. Pure; each finding names its order.

The figures (reliability REL-01 … REL-04, REL-08, ORD-05): `lost` an accepted order that did not come to its end with
all its effects; `doubled` an effect that happened twice, or a second key or webhook id for one effect; `phantom` an
effect without an accepted order; `missing` an acknowledged webhook that is neither applied nor parked; `out_of_order` a
client webhook that first arrived after a later one of its order, or a gap in the sequence.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import unquote

from bench.chaos.driving import ClientLog
from bench.chaos.witnesses import Story
from interline.domain.base import JsonObject
from starter.demo.handles import InboxItem

ONCE: Final = ("red 3", "red 7", "blue 5", "blue 6")
"""Steps with exactly one effect per order."""
ONCE_TOLD: Final = frozenset({"order.confirmed", "order.goods_issued", "order.goods_received", "logistics.priced"})
OK: Final = 200


@dataclass
class Findings:
    """What is wrong, by figure, and how many webhooks were found applied or parked."""

    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    phantom: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    out_of_order: list[str] = field(default_factory=list)
    applied: int = 0
    parked: int = 0

    @property
    def clean(self) -> bool:
        """All promises held."""
        return not (self.lost or self.doubled or self.phantom or self.missing or self.out_of_order)


def check(log: ClientLog, stories: Iterable[Story]) -> Findings:
    """Compare."""
    found = Findings()
    told: dict[str, list[str]] = defaultdict(list)
    for mark, event in log.acknowledged.items():
        told[event.order].append(mark)
    for story in stories:
        if story.number in log.accepted:
            found.lost += _lost(story)
        elif story.number in log.refused:
            found.phantom += _phantoms(story)
        found.doubled += _doubled(story)
        found.out_of_order += _out_of_order(story)
        _account(story, told[story.number], found)
    return found


def _lost(story: Story) -> Iterator[str]:
    if not story.closed:
        yield f"{story.number}: {'does not end' if story.exists else 'does not exist'}"
        return
    if story.order_status != "completed":
        yield f"{story.number}: ended as {story.order_status}"
    effects = {call.step for call in story.calls if call.effect_id}
    for step in ONCE:
        if step not in effects:
            yield f"{story.number}: {step} has no effect"
    applied = {mark for mark in map(mark_of, story.signals) if "-s" in mark}
    for step, seen in (("blue 7", _told_oms(story)), ("blue 8", _told_client(story))):
        for mark in sorted(applied - seen.keys()):
            yield f"{story.number}: {step} of {mark} is missing"


def _phantoms(story: Story) -> Iterator[str]:
    if story.exists:
        yield f"{story.number}: an order that was refused runs"
    for call in story.calls:
        yield f"{story.number}: {call.step} of an order that was refused ({call.id})"


def _doubled(story: Story) -> Iterator[str]:
    effects, keys = _effects_and_keys(story)
    for step in ONCE:
        if len(effects[step]) > 1:
            yield f"{story.number}: {step} has {len(effects[step])} effects"
        if len(keys[step]) > 1:
            yield f"{story.number}: {step} has {len(keys[step])} idempotency keys"
    for step, seen in (("blue 7", _told_oms(story)), ("blue 8", _told_client(story)), ("client", _arrows(story))):
        for what, ids in seen.items():
            if len(ids) > 1:
                yield f"{story.number}: {step} of {what} happened {len(ids)} times"


def _effects_and_keys(story: Story) -> tuple[dict[str, set[str]], dict[str, set[str]]]:
    """By step. A look-up before a second try carries the same key, but is no effect."""
    effects: dict[str, set[str]] = defaultdict(set)
    keys: dict[str, set[str]] = defaultdict(set)
    for call in story.calls:
        if call.effect_id:
            effects[call.step or ""].add(call.effect_id)
        if call.idempotency_key and call.method != "GET":
            keys[call.step or ""].add(call.idempotency_key)
    return effects, keys


def _arrows(story: Story) -> dict[str, set[str]]:
    """Webhook ids of the events that an order has once."""
    seen: dict[str, set[str]] = defaultdict(set)
    for item in story.inbox:
        if item.event in ONCE_TOLD:
            seen[item.event].add(item.webhook_id or "")
    return seen


def _told_oms(story: Story) -> dict[str, set[str]]:
    """Effects of blue 7 by the mark of the status."""
    seen: dict[str, set[str]] = defaultdict(set)
    for call in story.calls:
        if call.step == "blue 7" and call.effect_id:
            seen[unquote(call.path.rsplit("/", 1)[-1]).removeprefix("shipment_status:")].add(call.effect_id)
    return seen


def _told_client(story: Story) -> dict[str, set[str]]:
    """Webhook ids of blue 8 by the mark of the status."""
    seen: dict[str, set[str]] = defaultdict(set)
    for item in _arrived(story):
        if item.event == "logistics.status":
            seen[mark_in(item.body_raw)].add(item.webhook_id or "")
    return seen


def _arrived(story: Story) -> list[InboxItem]:
    return [item for item in story.inbox if item.verified and item.status == OK]


def _out_of_order(story: Story) -> Iterator[str]:
    """A repeated webhook (same sequence, same id) is no inversion; its first arrival counts."""
    highest, ids = 0, dict[int, str | None]()
    for item in _arrived(story):
        if item.sequence is None:
            continue
        if ids.setdefault(item.sequence, item.webhook_id) != item.webhook_id:
            yield f"{story.number}: sequence {item.sequence} has two webhook ids"
        if item.sequence > highest + 1:
            yield f"{story.number}: sequence {item.sequence} arrived after {highest}"
        highest = max(highest, item.sequence)


def _account(story: Story, told: list[str], found: Findings) -> None:
    """Each acknowledged webhook is applied (in the order's history) or parked (in its `Stray`)."""
    applied, parked = set(map(mark_of, story.signals)), set(map(mark_of, story.kept))
    for mark in told:
        if mark in applied:
            found.applied += 1
        elif mark in parked:
            found.parked += 1
        else:
            found.missing.append(mark)


def mark_of(event: JsonObject) -> str:
    """The plan's name of an event that was signaled. A confirmation's body is not kept; there is one per order."""
    raw = event.get("raw")
    if isinstance(raw, dict) and "chaos" in raw:
        return str(raw["chaos"])
    return f"{event.get('order_number')}-confirmed" if event.get("kind") == "order_confirmed" else ""


def mark_in(body: str) -> str:
    """The plan's name in a body that forwards a status; empty when it is not forwarded."""
    found = _find(json.loads(body)) if body.startswith("{") else None
    return str(found) if found else ""


def _find(value: object) -> object:
    if isinstance(value, dict):
        return value.get("chaos") or next((hit for inner in value.values() if (hit := _find(inner))), None)
    return None
