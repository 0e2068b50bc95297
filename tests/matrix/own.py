"""Table 4a: our own infrastructure dies, fills up or is cut off."""

from typing import Final

from tests.matrix import reference
from tests.matrix import shared as by
from tests.matrix.model import NONE, Cell, Row, Table, both, of, shown

DISK: Final = shown(of("store/test_disk", "a_full_disk_acknowledges_nothing_it_loses"))
STORE: Final = shown(of("store/test_database", "a_killed_database_loses_and_doubles_nothing"))
CUT: Final = shown(by.NETWORK_CUT)
PRICE_DIED: Final = shown(by.PRICE_DIED)
LOST_PRICE: Final = shown(by.LEFT_PRICE, by.CUT_OFF, remark="an answer that the cut swallows is one whose client left")
ANSWERED_FOR_STORE: Final = "Temporal without its database is played by the errors that it then answers"
BY_CHANCE: Final = "met by the kills of a seeded chaos run, not step by step"

NO_TEMPORAL: Final = shown(by.CUT_OFF)
NO_STORE: Final = shown(by.TEMPORAL_REFUSES, remark=ANSWERED_FOR_STORE)
CHAOS: Final = shown(by.CHAOS, remark=BY_CHANCE)
EACH_CALL: Final = shown(by.KILLED_IN_ALL)
CALL_KILLED: Final = shown(
    by.KILLED_IN_THREE,
    by.KILLED_IN_ALL,
    of("activities/test_perform", "a_try_whose_worker_was_killed_may_have_been_sent"),
)
UNREACHED: Final = shown(by.HANGING_RECEIVER, by.DEAD_LETTER, remark="a client out of reach is one that never answers")

INBOUND: Final[Row] = (
    shown(by.CRASHES, by.CHAOS),
    shown(of("gateway/test_partner_webhooks", "each_webhook_becomes_its_signal"), by.CHAOS),
    NO_TEMPORAL,
    NO_STORE,
    DISK,
    shown(by.CUT_OFF, by.CRASHES, remark="nothing is stored outside Temporal, so nothing waits for a sweeper"),
)
TELLING: Final[Row] = (NONE, EACH_CALL, CHAOS, STORE, DISK, UNREACHED)
CALLING: Final[Row] = (NONE, CALL_KILLED, CHAOS, STORE, DISK, CUT)
PRICE: Final = shown(of("pricing/test_trouble", "without_an_order_the_client_hears_why_within_its_patience"))
LATE_PRICE: Final = shown(PRICE.tests, of("pricing/test_trouble", "an_order_waits_for_a_slow_provider_and_goes_on"))
NO_WORKER: Final = shown(of("gateway/test_pricing", "without_a_worker_the_answer_comes_within_five_seconds"))
PRICING_KILLED: Final = shown(NO_WORKER.tests, by.KILLED_IN_THREE)


def _goods() -> Row:
    """Red 6: in as red 4, out as red 5."""
    outbound: tuple[Cell, ...] = (INBOUND[0], *TELLING[1:])
    return tuple(both(first, second) for first, second in zip(INBOUND, outbound, strict=True))


ROWS: Final[dict[str, Row]] = {
    "red 1": (
        shown(by.CRASHES),
        shown(by.WITHOUT_WORKER, remark="how soon a returning worker takes the order up is not measured"),
        NO_TEMPORAL,
        NO_STORE,
        DISK,
        shown(by.CUT_OFF, by.COMMITTED_UNANSWERED, by.CRASHES),
    ),
    "red 2": (
        shown(by.CRASHES),
        NONE,
        shown(by.CUT_OFF, by.COMMITTED_UNANSWERED),
        shown(by.TEMPORAL_REFUSES, by.COMMITTED_UNANSWERED, remark=ANSWERED_FOR_STORE),
        DISK,
        shown(by.CRASHES, by.COMMITTED_UNANSWERED),
    ),
    "red 3": (NONE, CALL_KILLED, shown(by.TEMPORAL_DIES, by.CHAOS), STORE, DISK, CUT),
    "red 4": INBOUND,
    "red 5": TELLING,
    "red 6": _goods(),
    "red 7": CALLING,
    "blue 1": (PRICE_DIED, NO_WORKER, NO_TEMPORAL, NO_STORE, DISK, shown(by.CUT_OFF, PRICE.tests)),
    "blue 2": (PRICE_DIED, PRICING_KILLED, NO_TEMPORAL, NO_STORE, DISK, PRICE),
    "blue 3": (PRICE_DIED, PRICING_KILLED, NO_TEMPORAL, NO_STORE, DISK, LATE_PRICE),
    "blue 4": (PRICE_DIED, NONE, NO_TEMPORAL, NO_STORE, DISK, LOST_PRICE),
    "blue 5": (NONE, EACH_CALL, CHAOS, STORE, DISK, CUT),
    "blue 6": (NONE, EACH_CALL, CHAOS, STORE, DISK, CUT),
    "blue 7": INBOUND,
    "blue 8": (
        *TELLING[:5],
        shown(
            UNREACHED.tests,
            by.BROKEN_RECEIVER,
            of("flows/test_orders", "no_order_waits_for_another"),
            remark=UNREACHED.remark,
        ),
    ),
}

OWN: Final = Table(
    title="Our own infrastructure",
    intro="Reliability rules §4a.",
    columns=reference.OWN_COLUMNS,
    dashes=reference.OWN_DASHES,
    rows=ROWS,
)
