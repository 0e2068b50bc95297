"""Ids fit the database's columns, say nothing personal, and keys of effects are pure and distinct (REL-08)."""

import re
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interline import names
from interline.domain.order import OrderInput
from interline.domain.policy import OrderPolicy
from interline.steps import Step
from tests.shapes import CANARIES, an_order
from workflows.context import OrderContext

CLIENTS = st.from_regex(r"[a-z0-9][a-z0-9-]{0,39}", fullmatch=True)
KEYS = st.text(min_size=1, max_size=300)
WORKFLOW_IDS = [names.order_workflow_id, names.stray_workflow_id, names.quote_workflow_id]


@pytest.mark.parametrize("make_id", WORKFLOW_IDS)
@given(client_id=CLIENTS, key=KEYS)
def test_ids_fit_into_200_bytes_and_repeat(make_id: Callable[[str, str], str], client_id: str, key: str) -> None:
    made = make_id(client_id, key)
    assert len(made.encode()) <= names.ID_BYTES
    assert made == make_id(client_id, key)
    assert made.split(":")[1] == client_id


@given(CLIENTS, KEYS, KEYS)
def test_different_keys_get_different_ids(client_id: str, one: str, other: str) -> None:
    made = {names.order_workflow_id(client_id, key) for key in (one, other)}
    assert len(made) == len({one, other})


def test_kinds_of_workflows_never_share_an_id() -> None:
    assert len({make_id("demo-shop", "SO-1") for make_id in WORKFLOW_IDS}) == len(WORKFLOW_IDS)


PARTS = st.tuples(
    CLIENTS, KEYS, st.sampled_from([step.value for step in Step]), st.text(max_size=40), st.integers(0, 9)
)


@given(PARTS, PARTS)
def test_effect_keys_are_pure_and_distinct(
    one: tuple[str, str, str, str, int], other: tuple[str, str, str, str, int]
) -> None:
    keys = [names.effect_key(*parts) for parts in (one, one, other)]
    assert keys[0] == keys[1]
    assert (keys[0] == keys[2]) == (one == other)
    assert all(re.fullmatch(r"il-[0-9a-f]{40}", key) for key in keys)


@given(st.sampled_from(list(Step)), st.sampled_from(list(Step)), st.sampled_from(["", "e1", "e2"]))
def test_each_effect_of_an_order_has_its_own_key(one: Step, other: Step, item: str) -> None:
    context, same = (OrderContext(an_order()) for _ in range(2))
    assert context.key(one, item) == same.key(one, item)
    assert (context.key(one, item) == context.key(other, "e1")) == ((one, item) == (other, "e1"))


def test_a_key_does_not_depend_on_what_is_not_its_effect() -> None:
    plain: OrderInput = an_order()
    other = an_order(policy=OrderPolicy(tells_wms=False), tracking_id="OTHER", warehouse_id="WH-9")
    assert OrderContext(plain).key(Step.RED_3) == OrderContext(other).key(Step.RED_3)


def test_no_id_and_no_key_says_anything_personal() -> None:
    order = an_order()
    said = names.order_workflow_id(order.client_id, order.order_number) + OrderContext(order).key(Step.RED_5)
    assert not any(canary in said for canary in CANARIES.values())


def test_keyword_attributes_and_queues_are_named_once() -> None:
    assert len({attribute.value for attribute in names.Attribute}) == 8
    assert names.Partner.CLIENT_PLATFORM.queue == "interline-client-platform"
    assert len({partner.queue for partner in names.Partner} | {names.ORDER_QUEUE}) == 5
