"""Table 4b, the calls that create something: red 3, red 7, blue 6. One engine makes them (`activities/calling.py`)."""

from typing import Final

from tests.matrix import shared as by
from tests.matrix.model import NONE, Cell, Row, of, shown

NO_CLOCK: Final = shown(
    of(
        "activities/test_http",
        "a_partner_whose_clock_is_wrong_is_waited_for_as_long_as_it_means",
        "without_its_own_time_a_date_is_bounded_by_our_clock",
    )
)
FALLBACK: Final = of("flows/test_orders", "a_partner_that_fails_once_is_called_durably")
PARKED: Final = of("attention/test_parked", "only_its_track_stops_and_the_client_is_told")
SKIPPED: Final = of("flows/test_orders", "a_refused_step_waits_for_an_operator_who_skips_it")
RED_7_ENDS: Final = of(
    "flows/test_orders", "delivered_before_the_pgi_is_kept_forwarded_and_flagged_and_red_7_ends_the_order"
)

UNDONE: Final = of("time/test_cancel", "after_the_confirmation_all_is_undone_in_reverse_each_as_a_step_of_its_own")
STAYS: Final = (
    "undone when the order is cancelled; a completed one's stays, or returned, lost and damaged would never reach us"
)


def red_3() -> Row:
    """Worker → OMS."""
    refused = shown(by.CLEAR_NO, PARKED, by.EXISTS)
    again = shown(by.FOUND, by.ONCE_EACH, by.EXISTS)
    late = shown(of("outcomes/test_unknown", "at_every_try_until_it_is_repaired"), by.FOUND)
    return (*_sending(), refused, *_wrong(), again, NONE, late, NO_CLOCK)


def red_7() -> Row:
    """Worker → WMS."""
    again = shown(by.OWN_EFFECT, by.FOUND, by.ONCE_EACH, by.EXISTS)
    refused = shown(by.CLEAR_NO, PARKED, SKIPPED)
    return (*_sending(*FALLBACK), refused, *_wrong(), again, shown(RED_7_ENDS), shown(RED_7_ENDS, PARKED), NO_CLOCK)


def blue_6() -> Row:
    """Worker → provider."""
    again = shown(by.OWN_EFFECT, by.FOUND, by.ONCE_EACH, by.EXISTS)
    late = shown(UNDONE, by.LATE, remark=STAYS)
    early = shown(by.EARLY_EVENT, by.CHAOS)
    return (*_sending(), shown(by.CLEAR_NO), *_wrong(), again, early, late, NONE)


def _sending(*more: str) -> tuple[Cell, ...]:
    """Timeout, reset, 429, 5xx or refused."""
    silent = shown(by.UNKNOWN, by.UNKNOWN_RULE)
    cut = shown(by.ONCE_EACH, by.UNKNOWN, by.UNKNOWN_RULE)
    return (silent, cut, shown(by.ASKED_TIME), shown(by.NOT_SENT, by.UNKNOWN_RULE, by.BREAKER, more))


def _wrong() -> tuple[Cell, ...]:
    """A wrong 2xx, and TLS."""
    return (shown(by.ONCE_EACH, by.WRONG_2XX), shown(by.NO_TLS, by.NOT_SENT, by.BREAKER))
