"""Nobody can say whether a call had its effect: the same key again, a question first, or a human. Never a second one.

The worker killed meanwhile: `tests/kills`.
"""

import pytest

from interline.steps import Step
from tests.placed import Placed, place
from tests.stack.driver import Stack

pytestmark = [pytest.mark.stack, pytest.mark.timeout(240)]

CREATES = {"red 3": "oms", "red 7": "wms", "blue 6": "logistics"}
"""A blind repeat would make a second thing, unless the partner honours keys."""
REPEATABLE = {"blue 2": "logistics", "blue 5": "oms", "blue 7": "oms"}
WEBHOOKS = dict.fromkeys(("red 5", "red 6", "blue 4", "blue 8"), "client_platform")
CALLING = {**CREATES, **REPEATABLE, **WEBHOOKS}

ASKABLE = ("honoured", "lookup")
LIES = ("wrong_2xx:html", "wrong_2xx:empty", "wrong_2xx:other_order", "wrong_2xx:missing_id")
SILENT = ("apply_then_reset", "apply_then_hang")


def declare(stack: Stack, keys: str) -> None:
    """What all partners make of our keys."""
    for partner in ("oms", "wms", "logistics"):
        stack.partner(partner, keys=keys)


def created(order: Placed, step: str) -> int:
    """How often the partner worked for a create of this step."""
    return sum(call.applied for call in order.calls(step, partner=CREATES[step]) if call.method == "POST")


def place_unconfirmed(stack: Stack) -> Placed:
    """The webhook would settle an unknown create before it is tried again, so the OMS keeps it back."""
    stack.manual(on=False, confirmation="none")
    return place(stack)


def confirm(order: Placed) -> None:
    """Now it says so; all else follows by itself."""
    order.until_step("red 3", "done")
    order.event("order_confirmed")


def bring_to(order: Placed, step: str) -> None:
    """All that must come from outside before this create is made."""
    if step != Step.RED_3:
        confirm(order)
        order.event("goods_issued")


@pytest.mark.parametrize("keys", ASKABLE)
@pytest.mark.parametrize("trouble", ["apply_then_reset", *LIES])
def test_once_at_every_step_the_order_completes_and_nothing_is_doubled(well: Stack, trouble: str, keys: str) -> None:
    declare(well, keys)
    partners = {**CREATES, **REPEATABLE} if trouble in LIES else CALLING  # any 2xx of a client is a delivery
    for step, partner in partners.items():
        well.trouble(partner, step, trouble, count=1)
    order = place_unconfirmed(well)
    confirm(order)
    order.until_status("completed")
    assert order.doubled() == []
    for step in partners:
        honest = step == Step.BLUE_2 and trouble == "wrong_2xx:other_order"  # a price names no order
        assert len(order.calls(step)) >= 2 or honest, f"{step} was not believed"
    for step in CREATES:
        assert created(order, step) == 1


def test_a_negative_price_is_no_price(well: Stack) -> None:
    well.trouble("logistics", "blue 2", "wrong_2xx:negative_price", count=2)
    order = place(well)
    order.until_status("completed")
    assert len(order.calls("blue 2")) == 3
    assert int(order.view()["price"]["final_price_idr"]) > 0


@pytest.mark.parametrize("trouble", ["apply_then_reset", pytest.param("apply_then_hang", marks=pytest.mark.full)])
@pytest.mark.parametrize("step", CREATES)
def test_a_partner_that_can_neither_is_never_called_twice_a_human_looks(
    by_hand: Stack, step: str, trouble: str
) -> None:
    declare(by_hand, "none")
    by_hand.trouble(CREATES[step], step, trouble)
    order = place(by_hand)
    bring_to(order, step)
    order.until_step(step, "attention")
    order.until("the client knows", lambda: "order.attention" in order.told())
    assert len(order.calls(step, partner=CREATES[step])) == created(order, step) == 1
    by_hand.no_troubles()

    skipped = by_hand.interline("order", "skip", order.number, "--step", step, "--reason", "the partner has it")
    assert skipped.returncode == 0, skipped.stderr
    order.until_step(step, "skipped")
    assert created(order, step) == 1


def test_it_exists_already_and_is_ours_so_it_is_done(well: Stack) -> None:
    declare(well, "honoured")
    for step, partner in CREATES.items():
        well.trouble(partner, step, "apply_then_reset", count=1)
        well.trouble(partner, step, "status:409", count=1)
    order = place_unconfirmed(well)
    confirm(order)
    order.until_status("completed")
    for step, partner in CREATES.items():
        calls = order.calls(step, partner=partner)
        assert [call.method for call in calls] == ["POST", "POST", "GET"]
        first, second, question = (call.idempotency_key for call in calls)
        assert first == second, "the same key again"
        assert question is None, "a question is no repeat of the create"
    assert order.doubled() == []


@pytest.mark.parametrize("step", CREATES)
def test_it_exists_already_and_is_not_ours_so_a_human_looks(by_hand: Stack, step: str) -> None:
    by_hand.trouble(CREATES[step], step, "status:409", count=1)
    order = place(by_hand)
    bring_to(order, step)
    order.until_step(step, "attention")
    assert [call.method for call in order.calls(step, partner=CREATES[step])] == ["POST", "GET"]


def test_the_omss_own_confirmation_settles_an_unknown_create_without_a_human(well: Stack) -> None:
    declare(well, "none")
    well.trouble("oms", "red 3", "apply_then_reset", count=1)
    order = place(well)
    order.until_status("completed")
    assert created(order, "red 3") == 1
    assert order.step("red 3") == "done"


EACH_KIND = [(step, keys) for keys in ASKABLE for step in CALLING if step not in WEBHOOKS or keys == "honoured"]
"""A client platform has no kinds: it always has the webhook's id to tell a repeat by."""


@pytest.mark.full
@pytest.mark.parametrize(("step", "keys"), EACH_KIND)
@pytest.mark.parametrize("trouble", SILENT)
def test_at_every_try_until_it_is_repaired(well: Stack, step: str, trouble: str, keys: str) -> None:
    declare(well, keys)
    well.trouble(CALLING[step], step, trouble)
    order = place_unconfirmed(well)
    if step == Step.RED_3:
        order.until_called(step, times=3)
        well.no_troubles()
    confirm(order)
    order.until_called(step, times=3)
    well.no_troubles()
    order.until_status("completed")
    assert order.doubled() == []
    if step in CREATES:
        assert created(order, step) == 1
