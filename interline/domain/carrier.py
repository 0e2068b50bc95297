"""Shipper's shipment codes (`external_status.code`) and which of two facts counts.

Source: reference table of the status page and its digests; the meanings drift over the years, so this table is data.
Numeric order is not chronological: 1340 comes before 1410, 1360 is a pickup state.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final

from interline.domain.base import JsonObject
from interline.domain.state import CarrierFact
from interline.domain.statuses import LogisticsReason as Reason
from interline.domain.statuses import LogisticsStatus as S

_CODES: Final[dict[S, Iterable[int]]] = {
    S.CANCELLED: (999,),
    S.CREATED: (1000,),
    S.PICKUP_REQUESTED: (1001, 1010),
    S.PICKUP_IN_PROGRESS: (1020, 1030, 1041, 1042, 1360),
    S.IN_TRANSIT: (
        *(1040, 1043, 1044, 1050, 1060, 1070, 1080, 1090, 1091, 1110, 1120, 1130, 1140, 1150),
        *(1160, 1170, 1180, 1190),
    ),
    S.DELIVERY_EXCEPTION: (1310, 1320, 1330, 1350),
    S.RETURNING: (1100, 1340, 1410, 1420),
    S.FAILED: (1370,),
    S.LOST_OR_DAMAGED: (1380,),
    S.DELIVERED: (2000, 2010, 3000),
}
BY_CODE: Final[dict[str, S]] = {str(code): status for status, codes in _CODES.items() for code in codes}

REASONS: Final[dict[str, Reason]] = {
    "999": Reason.CANCELLED,
    "1100": Reason.SENT_BACK,
    "1310": Reason.WRONG_ADDRESS,
    "1320": Reason.REDELIVERY,
    "1330": Reason.NO_RECIPIENT,
    "1340": Reason.SENT_BACK,
    "1350": Reason.OTHER,
    "1370": Reason.DELIVERY_FAILED,
    "1380": Reason.LOST_OR_DAMAGED,
    "1410": Reason.SENT_BACK,
    "1420": Reason.SENT_BACK,
}
"""Codes that say why; the others say where."""

RANK: Final[dict[S, int]] = {
    S.NONE: 0,
    S.UNKNOWN: 0,
    S.CREATED: 1,
    S.PICKUP_REQUESTED: 2,
    S.PICKUP_IN_PROGRESS: 3,
    S.IN_TRANSIT: 4,
    S.DELIVERY_EXCEPTION: 4,
    S.CANCELLED: 5,
    S.FAILED: 6,
    S.DELIVERED: 7,
    S.RETURNING: 8,
    S.LOST_OR_DAMAGED: 9,
}
"""Ranks decide, not arrival. In transit and exception alternate (re-delivery), so there the carrier's time decides.
Returning and lost or damaged stand above delivered: the listed reopenings."""

FINAL: Final = frozenset({S.CANCELLED, S.FAILED, S.DELIVERED, S.LOST_OR_DAMAGED})

_LONG_AGO: Final = datetime.min.replace(tzinfo=UTC)


def normalise(code: str) -> S:
    """Our status of a code; a code nobody listed is `unknown`: kept raw, forwarded, flagged, and moves nothing."""
    return BY_CODE.get(code.strip(), S.UNKNOWN)


def reading(code: str) -> JsonObject:
    """What we make of a code, beside the code itself: status, and reason where the code gives one."""
    return {"status": normalise(code).value, "reason": REASONS.get(code.strip()), "code": code}


def higher(one: CarrierFact, other: CarrierFact) -> CarrierFact:
    """The fact that counts. Symmetric, so that no order of arrival matters."""
    return max(one, other, key=_weight)


def _weight(fact: CarrierFact) -> tuple[int, datetime, str]:
    return RANK[fact.status], fact.at or _LONG_AGO, fact.code
