"""Table 4b: the other side, and the content."""

from typing import Final

from tests.matrix import reference, webhooks
from tests.matrix import shared as by
from tests.matrix.calls import blue_6, red_3, red_7
from tests.matrix.model import NONE, Row, Table, of, shown

KEYED: Final = shown(by.KEYED_PRICE, by.PRICE_AGAIN)
LEFT: Final = shown(by.LEFT_PRICE)
NO_ANSWER: Final = of("pricing/test_trouble", "without_an_order_the_client_hears_why_within_its_patience")
SECOND: Final = of("pricing/test_trouble", "a_second_provider_takes_over_from_a_silent_one")
LATE_ANSWER: Final = of("pricing/test_trouble", "an_order_waits_for_a_slow_provider_and_goes_on")
WHY: Final = of("gateway/test_pricing", "why_there_is_no_price")
WRONG_PRICE: Final = (
    *of("outcomes/test_unknown", "a_negative_price_is_no_price"),
    *of(
        "unit/test_pricing_out",
        "an_absurd_price_is_dropped_and_alone_it_is_a_wrong_answer",
        "an_offer_without_rate_or_in_other_money_is_dropped",
        "a_wrong_2xx_is_an_unknown_outcome",
    ),
)
QUOTE_OVER: Final = (
    *of("flows/test_pricing", "a_quote_that_does_not_hold_is_made_anew"),
    *of("pricing/test_trouble", "a_price_above_the_promise_waits_for_a_human"),
)
AGAIN: Final = of(
    "gateway/test_orders", "the_same_order_again_gets_the_same_answer", "64_identical_requests_make_one_order"
)
TAKEN: Final = of("gateway/test_orders", "the_same_number_with_another_body_is_a_conflict_with_a_link")
ENDED: Final = (
    *of("time/test_cancel", "the_order_sent_again_after_it_was_cancelled_is_a_conflict_with_its_state"),
    *of(
        "gateway/test_orders",
        "a_stopped_order_is_not_acknowledged_again_but_to_the_request_that_made_it",
        "a_completed_order_again_gets_the_same_answer",
    ),
)
UNSEEN: Final = (*by.CRASHES, *by.COMMITTED_UNANSWERED)

RED_1: Final[Row] = (
    shown(by.SLOW_SENDER),
    webhooks.CUT_BODY,
    shown(by.CLIENT_RATE),
    shown(by.NO_ROOM),
    shown(by.CATALOGUE),
    NONE,
    webhooks.TLS_IN,
    shown(AGAIN, TAKEN, remark="the order number is the identity; two orders may share a tracking id, and are flagged"),
    NONE,
    shown(ENDED, remark="a completed order's same body gets its first answer, for that answer is still true"),
    shown(of("gateway/test_orders", "the_clients_clock_decides_nothing")),
)
RED_2: Final[Row] = (shown(UNSEEN), shown(UNSEEN), *[NONE] * 5, shown(AGAIN), *[NONE] * 3)
BLUE_1: Final[Row] = (
    shown(by.SLOW_SENDER),
    shown(of("edge/test_cut_bodies", "no_price_is_made_for_half_a_question")),
    shown(by.CLIENT_RATE),
    shown(by.CUT_OFF, by.NO_ROOM),
    shown(by.CATALOGUE, of("gateway/test_bad_input", "no_pricing_body_is_our_fault")),
    NONE,
    webhooks.TLS_IN,
    KEYED,
    NONE,
    NONE,
    shown(QUOTE_OVER),
)
BLUE_2: Final[Row] = (
    shown(NO_ANSWER, of("pricing/test_trouble", "one_failure_is_made_good_within_the_same_answer"), WHY),
    shown(NO_ANSWER),
    shown(of("pricing/test_trouble", "who_says_when_to_come_again_is_not_waited_for")),
    shown(NO_ANSWER, SECOND, by.BREAKER),
    shown(WHY, of("pricing/test_trouble", "after_bad_credentials_nobody_is_asked_and_the_client_hears_it_at_once")),
    shown(NO_ANSWER, WHY),
    shown(
        by.NO_TLS, of("pricing/test_trouble", "a_provider_that_cannot_be_trusted_gives_no_price_and_raises_an_alarm")
    ),
    shown(of("activities/test_perform", "a_read_is_simply_repeated"), by.PRICE_AGAIN),
    NONE,
    shown(LATE_ANSWER),
    NONE,
)
BLUE_3: Final[Row] = (
    NONE,
    shown(NO_ANSWER),
    *[NONE] * 3,
    shown(WRONG_PRICE),
    *[NONE] * 4,
    shown(of("unit/test_pricing_out", "a_time_in_the_answer_decides_nothing_and_is_handed_on_as_data")),
)
BLUE_4: Final[Row] = (
    LEFT,
    LEFT,
    *[NONE] * 5,
    KEYED,
    NONE,
    shown(QUOTE_OVER, remark="an expired quote is no 409: it is asked for again, and the client is told"),
    NONE,
)
BLUE_5: Final[Row] = (
    *[NONE] * 7,
    shown(by.ONCE_EACH, of("sandbox/test_keys", "the_two_puts_are_upserts_by_nature")),
    shown(by.EARLY_EVENT, by.CHAOS),
    shown(
        of(
            "time/test_after_the_end",
            "nothing_is_recorded_or_registered_again_neither_by_an_operator_nor_by_a_late_status",
        )
    ),
    NONE,
)

ROWS: Final[dict[str, Row]] = {
    "red 1": RED_1,
    "red 2": RED_2,
    "red 3": red_3(),
    "red 4": webhooks.RED_4,
    "red 5": webhooks.RED_5,
    "red 6": webhooks.red_6(),
    "red 7": red_7(),
    "blue 1": BLUE_1,
    "blue 2": BLUE_2,
    "blue 3": BLUE_3,
    "blue 4": BLUE_4,
    "blue 5": BLUE_5,
    "blue 6": blue_6(),
    "blue 7": webhooks.BLUE_7,
    "blue 8": webhooks.BLUE_8,
}

OTHERS: Final = Table(
    title="The other side, and the content",
    intro=(
        "Reliability rules §4b. For inbound steps the first four columns are what *we* do to a slow or cut sender, "
        "or when we are overloaded."
    ),
    columns=reference.OTHER_COLUMNS,
    dashes=reference.OTHER_DASHES,
    rows=ROWS,
)
