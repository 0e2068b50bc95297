"""Lists of tests that several cells share: what all inbound steps, all calls or all client webhooks have in common."""

from typing import Final

from tests.matrix.model import of

CHAOS: Final = of("chaos/test_chaos", "nothing_is_lost_doubled_or_out_of_order_under_kills")
CRASHES: Final = of("edge/test_crashes", "nothing_acknowledged_is_missing_and_nothing_is_applied_twice")
NETWORK_CUT: Final = of(
    "network/test_cuts", "a_short_cut_loses_and_doubles_nothing", "thirty_seconds_lose_and_double_nothing"
)
KILLED_IN_THREE: Final = of("kills/test_worker", "in_the_middle_of_creating_pricing_and_goods_issue")
KILLED_IN_ALL: Final = of("kills/test_worker", "once_in_each_of_the_eighteen_calls")

CUT_OFF: Final = of("gateway/test_trouble", "every_route_that_needs_temporal_says_503_within_two_seconds")
TEMPORAL_REFUSES: Final = of("edge/test_trouble", "a_refusal_of_temporal_is_a_503_with_retry_after")
COMMITTED_UNANSWERED: Final = of(
    "edge/test_trouble", "one_that_commits_and_never_answers_is_a_503_and_the_repeat_finds_the_order"
)
WITHOUT_WORKER: Final = of("stack/test_up", "an_order_is_accepted_without_a_worker_and_completes_with_one")
TEMPORAL_DIES: Final = of(
    "stack/test_up",
    "temporal_may_die_in_the_middle_of_an_order",
    "the_same_directory_keeps_everything_after_all_was_killed",
)

SLOW_SENDER: Final = of(
    "edge/test_guard",
    "a_stalled_head_or_body_is_408",
    "dripping_buys_no_time",
    "two_thousand_stalled_sockets_do_not_slow_good_traffic",
)
CLIENT_RATE: Final = of("edge/test_access", "each_client_has_a_rate_of_its_own")
NO_ROOM: Final = of("edge/test_access", "beyond_its_room_the_gateway_says_when_to_come_again")
CATALOGUE: Final = of("edge/test_table", "bad_input_table")
SLOWED: Final = of("edge/test_access", "wrong_keys_of_one_address_are_slowed_and_right_ones_pass")
STRAYS_BOUNDED: Final = of("edge/test_strays", "many_strays_are_bounded_and_counted")
NO_PROOF: Final = of(
    "gateway/test_partner_webhooks",
    "a_wrong_signature_changes_nothing",
    "a_wrong_auth_in_the_body_changes_nothing",
    "no_signed_content_is_refused",
)
UNUSABLE: Final = (
    *of("gateway/test_partner_webhooks", "unusable_content_with_a_good_signature_is_kept_for_a_human"),
    *of("edge/test_strays", "an_unusable_event_waits_and_cannot_be_assigned"),
)
ONE_SIGNAL: Final = (
    *of("gateway/test_partner_webhooks", "the_same_event_again_is_one_signal"),
    *of("flows/test_orders", "copies_change_nothing"),
)
SENDERS_CLOCK: Final = (
    *of("gateway/test_partner_webhooks", "a_senders_clock_that_drifts_is_told_before_it_is_refused"),
    *of("unit/test_webhooks", "a_signature_holds_for_five_minutes"),
    *of("unit/test_rules", "a_clock_that_is_wrong_by_days_is_shown"),
)
EARLY_EVENT: Final = (
    *of("flows/test_orders", "an_early_event_waits_for_its_order"),
    *of("edge/test_strays", "an_early_event_waits_for_its_order"),
)
LATE: Final = of(
    "edge/test_strays", "a_late_event_is_told_without_a_place_in_the_sequence", "a_reopening_also_updates_the_oms"
)
ANY_ORDER: Final = of("unit/test_rules", "all_5040_orders_of_arrival_end_in_the_same_facts")

UNKNOWN: Final = of(
    "outcomes/test_unknown",
    "a_partner_that_can_neither_is_never_called_twice_a_human_looks",
    "at_every_try_until_it_is_repaired",
)
ONCE_EACH: Final = of("outcomes/test_unknown", "once_at_every_step_the_order_completes_and_nothing_is_doubled")
UNKNOWN_RULE: Final = of("activities/test_perform", "after_an_unknown_outcome")
ASKED_TIME: Final = (
    *of("pressure/test_waiting", "retry_after_is_kept_and_holds_no_slot"),
    *of("activities/test_perform", "the_next_time_is_the_larger_of_retry_after_and_schedule"),
)
NOT_SENT: Final = (
    *of("activities/test_http", "refused_means_nothing_was_sent", "an_unknown_name_means_nothing_was_sent"),
    *of("activities/test_perform", "what_was_certainly_not_sent_is_sent_again_without_asking"),
)
BREAKER: Final = (
    *of("activities/test_breaker", "it_opens_when_half_of_at_least_twenty_calls_failed"),
    *of("pressure/test_waiting", "the_breaker_opens_lets_nothing_through_and_closes"),
)
CLEAR_NO: Final = of("activities/test_perform", "a_clear_no_is_final")
EXISTS: Final = (
    *of("outcomes/test_unknown", "it_exists_already_and_is_ours_so_it_is_done"),
    *of("outcomes/test_unknown", "it_exists_already_and_is_not_ours_so_a_human_looks"),
    *of("activities/test_perform", "it_exists_already_and_is_not_shown_to_be_ours_so_a_human_looks"),
)
WRONG_2XX: Final = of(
    "unit/test_partner_calls_out",
    "a_wrong_2xx_is_an_unknown_outcome",
    "an_answer_about_another_order_is_an_unknown_outcome",
)
NO_TLS: Final = of(
    "activities/test_http",
    "tls_to_a_server_that_speaks_none_means_nothing_was_sent",
    "a_certificate_that_cannot_be_trusted_means_nothing_was_sent_and_an_alarm",
)
FOUND: Final = of("activities/test_perform", "what_a_look_up_finds_is_the_result_and_nothing_is_created")
OWN_EFFECT: Final = of("unit/test_partner_calls_out", "the_wms_and_the_provider_are_asked_for_our_own_effect")

KEYED_PRICE: Final = of(
    "gateway/test_pricing", "the_same_key_gets_the_same_quote_and_names_no_other_request", "a_key_is_its_clients_own"
)
LEFT_PRICE: Final = of("pricing/test_keys", "a_client_that_left_finds_its_quote")
PRICE_DIED: Final = of("pricing/test_keys", "a_gateway_that_dies_while_it_waits_for_the_price_loses_nothing")
PRICE_AGAIN: Final = of("pricing/test_keys", "a_key_without_a_price_yet_asks_the_provider_again_by_the_same_key")

BROKEN_RECEIVER: Final = of("webhooks/test_delivery", "the_story_of_a_broken_receiver")
HANGING_RECEIVER: Final = of("webhooks/test_delivery", "a_hanging_receiver_takes_its_time_and_no_more")
TEN_TRIES: Final = of("activities/test_perform", "a_client_webhook_has_ten_tries_in_three_days")
DISABLED: Final = of("webhooks/test_redelivery", "an_endpoint_that_only_fails_is_told_twice_and_disabled_and_holds")
DEAD_LETTER: Final = of("webhooks/test_redelivery", "a_dead_letter_is_seen_and_redelivered_by_its_order")
