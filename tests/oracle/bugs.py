"""Bugs sown on purpose (PRF-06): each is a small wrong change of our source, and each must be caught by name.

The product knows nothing of this. `inject/sitecustomize.py`, on the path of a test's child processes only, loads the
one module that `INTERLINE_SEEDED_BUG` names with the wrong text in the place of the right one.
"""

from dataclasses import dataclass
from typing import Final

SEEDED_BUG: Final = "INTERLINE_SEEDED_BUG"


@dataclass(frozen=True, kw_only=True)
class Bug:
    """`caught_by`: a figure of the chaos run (`lost`, `doubled`, …), or the test that fails."""

    name: str
    module: str
    right: str
    wrong: str
    caught_by: str

    @property
    def by_chaos(self) -> bool:
        """A short chaos run catches it."""
        return "::" not in self.caught_by


BUGS: Final = (
    Bug(
        name="order acknowledged before the commit",
        module="starter.gateway.orders",
        right="            if not await start_order(here.temporal, order, asked.fingerprint):\n",
        wrong=(
            "            starting = start_order(here.temporal, order, asked.fingerprint)\n"
            '            if __import__("asyncio").ensure_future(starting) is None:\n'
        ),
        caught_by="tests/edge/test_crashes.py::test_nothing_acknowledged_is_missing_and_nothing_is_applied_twice[3]",
    ),
    Bug(
        name="webhook acknowledged before the commit",
        module="starter.gateway.delivery",
        right="                    group.create_task(self._one(event))",
        wrong="                    asyncio.ensure_future(self._one(event))",
        caught_by="tests/gateway/test_trouble.py::test_every_route_that_needs_temporal_says_503_within_two_seconds",
    ),
    Bug(
        name="fresh key per attempt",
        module="activities.calling",
        right='{"idempotency-key": call.key}\n',
        wrong='{"idempotency-key": call.key + __import__("secrets").token_hex(4)}\n',
        caught_by="doubled",
    ),
    Bug(
        name="blind retry",
        module="activities.calling",
        right="if effect.repeatable or call.keys is Keys.HONOURED or not tries.may_have_been_sent():",
        wrong="if True:",
        caught_by="tests/activities/test_perform.py::test_after_an_unknown_outcome",
    ),
    Bug(
        name="retry not durable",
        module="workflows.calls",
        right="                if not durably:\n",
        wrong="                if True:\n",
        caught_by="lost",
    ),
    Bug(
        name="early event dropped",
        module="starter.gateway.delivery",
        right="            await self._keep(reason, event, key=number, order_number=number)\n",
        wrong="            return\n",
        caught_by="missing webhook",
    ),
    Bug(
        name="sequence skipped",
        module="workflows.context",
        right="        self.state.next_sequence += 1\n",
        wrong="        self.state.next_sequence += 2\n",
        caught_by="out of order",
    ),
    Bug(
        name="notifier parallel",
        module="workflows.notifier",
        right="            await self._deliver(state.outbox[0])\n",
        wrong='            await __import__("asyncio").gather(*map(self._deliver, reversed(state.outbox)))\n',
        caught_by="out of order",
    ),
    Bug(
        name="no seen-set",
        module="interline.domain.rules",
        right="    if event.event_id in state.seen:\n",
        wrong="    if False:\n",
        caught_by="tests/unit/test_rules.py::test_a_repetition_is_counted_and_changes_nothing_else",
    ),
    Bug(
        name="status rank off",
        module="interline.domain.carrier",
        right="    return max(one, other, key=_weight)\n",
        wrong="    return other\n",
        caught_by="tests/unit/test_rules.py::test_all_5040_orders_of_arrival_end_in_the_same_facts",
    ),
    Bug(
        name="redirects followed",
        module="activities.http",
        right="            allow_redirects=False,\n",
        wrong="            allow_redirects=True,\n",
        caught_by="tests/activities/test_http.py::test_a_redirect_is_an_answer_and_not_followed",
    ),
    Bug(
        name="bulkhead off",
        module="activities.http",
        right="        if flying >= LOCAL_TRIES_PER_DESTINATION:\n",
        wrong="        if False:\n",
        caught_by="tests/activities/test_http.py::test_the_eleventh_local_try_to_a_destination_is_busy_and_sends_nothing",
    ),
    Bug(
        name="last duplicate key wins",
        module="interline.contracts.strict_json",
        right="    if len(found) != len(pairs):\n",
        wrong="    if False:\n",
        caught_by="tests/gateway/test_bad_input.py::test_broken_json_is_told_apart",
    ),
    Bug(
        name="fail-open signature",
        module="starter.gateway.proof",
        right="    return Proof() if proven else None\n",
        wrong="    return Proof()\n",
        caught_by="tests/gateway/test_partner_webhooks.py::test_a_wrong_auth_in_the_body_changes_nothing",
    ),
    Bug(
        name="other body, same answer",
        module="starter.gateway.orders",
        right="    if memo.get(MEMO_FINGERPRINT) != fingerprint:\n",
        wrong="    if False:\n",
        caught_by="tests/gateway/test_orders.py::test_the_same_number_with_another_body_is_a_conflict_with_a_link",
    ),
    Bug(
        name="Retry-After ignored",
        module="activities.tries",
        right="        return max(self._planned(place), asked)\n",
        wrong="        return self._planned(place)\n",
        caught_by="tests/activities/test_perform.py::test_the_next_time_is_the_larger_of_retry_after_and_schedule",
    ),
)

DRILL: Final = Bug(
    name="upgrade drill",
    module="workflows.fulfillment",
    right="        self._send_order_confirmation()\n",
    wrong=(
        '        if self._order.body.get("drill") and workflow.patched("upgrade-drill"):\n'
        '            await workflow.sleep(0.5, summary="upgrade drill: a step that the old version does not have")\n'
        "        self._send_order_confirmation()\n"
    ),
    caught_by="",
)
"""No bug: the next version, for the upgrade drill (docs/runbook-upgrade.md). A new step, patched and switched on by the
order's own input, so that it ships dark."""
