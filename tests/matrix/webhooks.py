"""Table 4b, webhooks: partners' to us (red 4, red 6, blue 7), ours to the client (red 5, red 6, blue 8)."""

from typing import Final

from tests.matrix import shared as by
from tests.matrix.model import NONE, Row, both, of, shown

CUT_BODY: Final = shown(
    of("edge/test_cut_bodies", "nothing_of_it_is_kept_and_the_repeat_counts_once"),
)
TLS_IN: Final = shown(
    of("edge/test_tls", "a_handshake_that_fails_reaches_nothing", "an_order_comes_in_over_tls"),
    remark="the gateway speaks no TLS: a proxy before it does (deploy/compose.yaml)",
)
RECEIVERS_CLOCK: Final = shown(
    of("webhooks/test_delivery", "a_receiver_whose_clock_is_wrong_is_tried_again_each_time_with_the_time_of_that_try"),
    by.TEN_TRIES,
)
RULES: Final = "unit/test_rules"

RED_4: Final[Row] = (
    shown(by.SLOW_SENDER),
    CUT_BODY,
    shown(by.SLOWED, by.STRAYS_BOUNDED, by.NO_ROOM),
    shown(by.CUT_OFF, by.TEMPORAL_REFUSES),
    shown(by.NO_PROOF, by.CATALOGUE),
    shown(by.UNUSABLE, remark="the answer is 200, as to every signed event"),
    TLS_IN,
    shown(by.ONE_SIGNAL),
    shown(
        of("outcomes/test_unknown", "the_omss_own_confirmation_settles_an_unknown_create_without_a_human"),
        of("survival/test_signals", "very_many_during_one_call"),
    ),
    shown(
        of("gateway/test_partner_webhooks", "an_event_after_the_end_is_late"),
        of("edge/test_strays", "when_a_late_event_needs_a_human"),
    ),
    shown(by.SENDERS_CLOCK),
)
RED_5: Final[Row] = (
    shown(by.HANGING_RECEIVER, by.TEN_TRIES),
    shown(by.ONCE_EACH),
    shown(of("webhooks/test_delivery", "retry_after_and_redirects")),
    shown(by.BROKEN_RECEIVER, by.TEN_TRIES, by.DISABLED, by.DEAD_LETTER),
    shown(
        of("webhooks/test_delivery", "gone_disables_the_endpoint_and_holds"),
        of("unit/test_webhook_requests", "anything_else_is_tried_again"),
    ),
    shown(
        of("unit/test_webhook_requests", "each_2xx_is_taken"),
        of("activities/test_http", "where_only_the_status_counts_a_long_answer_is_cut"),
        of("activities/test_webhook_safety", "an_endless_answer_is_cut_at_once"),
    ),
    shown(by.NO_TLS, by.TEN_TRIES, by.DISABLED),
    shown(
        of("webhooks/test_formats", "the_receiver_to_copy_takes_an_order_each_webhook_once"),
        of("webhooks/test_redelivery", "one_delivery_of_a_closed_order"),
    ),
    shown(of("flows/test_orders", "the_client_hears_of_no_confirmation_before_the_oms_gave_it")),
    NONE,
    RECEIVERS_CLOCK,
)
BLUE_7: Final[Row] = (
    *RED_4[:5],
    shown(
        by.UNUSABLE,
        of(RULES, "an_unknown_code_is_kept_raw_flagged_once_and_moves_nothing"),
        of("unit/test_client_webhooks", "an_unknown_code_is_forwarded_as_unknown_with_its_raw_code"),
    ),
    TLS_IN,
    shown(by.ONE_SIGNAL, of(RULES, "a_status_that_comes_twice_by_different_ways_is_told_once")),
    shown(by.EARLY_EVENT, by.ANY_ORDER, of(RULES, "a_late_status_never_lowers_a_delivered_order")),
    shown(
        of(
            "edge/test_strays",
            "a_late_event_is_told_without_a_place_in_the_sequence",
            "a_reopening_also_updates_the_oms",
            "only_listed_statuses_reopen",
        )
    ),
    shown(
        by.SENDERS_CLOCK,
        of(
            RULES,
            "in_transit_and_exception_alternate_by_the_carriers_time_not_by_arrival",
            "a_time_ahead_of_its_arrival_never_decides",
        ),
    ),
)
BLUE_8: Final[Row] = (
    *RED_5[:8],
    shown(
        of("webhooks/test_delivery", "paused_webhooks_are_held_and_arrive_in_order_after_resuming"),
        of("unit/test_client_webhooks", "each_webhook_says_what_it_is_and_its_place_in_the_sequence"),
        by.CHAOS,
    ),
    shown(of("edge/test_strays", "a_late_event_is_told_without_a_place_in_the_sequence")),
    RECEIVERS_CLOCK,
)


def red_6() -> Row:
    """In as red 4, out as red 5, but for what only a goods movement can do."""
    sent = tuple(both(first, second) for first, second in zip(RED_4[:5], RED_5[:5], strict=True))
    lost = of("time/test_deadlines", "a_confirmation_that_does_not_come_is_reminded_breached_and_shown_to_a_human")
    early = shown(by.EARLY_EVENT, by.ANY_ORDER, by.CHAOS, lost)
    late = shown(of("time/test_cancel", "goods_that_leave_a_cancelled_order_are_told_and_shown_to_a_human"))
    return (*sent, RED_4[5], TLS_IN, shown(by.ONE_SIGNAL), early, late, RED_4[10])
