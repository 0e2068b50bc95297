"""The carriers of the sandbox and their services. The names are real, the prices are ours."""

from dataclasses import dataclass
from typing import Literal

RateType = Literal["regular", "express", "trucking", "instant", "same-day"]

NEEDS_COORDINATES: frozenset[RateType] = frozenset({"instant", "same-day"})

DISPLAY_NAMES: dict[RateType, str] = {
    "regular": "Regular",
    "express": "Express",
    "trucking": "Trucking",
    "instant": "Instant",
    "same-day": "Same Day",
}

# The steps are wider than carriers differ among themselves, so a faster type is always dearer.
TYPE_FACTORS: dict[RateType, float] = {"trucking": 0.5, "regular": 1.0, "express": 1.8, "same-day": 3.0, "instant": 5.0}

DAYS: dict[RateType, tuple[int, int]] = {
    "trucking": (4, 9),
    "regular": (2, 4),
    "express": (1, 1),
    "same-day": (0, 1),
    "instant": (0, 0),
}


@dataclass(frozen=True, slots=True)
class Carrier:
    """A logistics company. Above `insurance_threshold_rupiah` of goods value it insists on insurance (§6.2)."""

    number: int
    code: str
    name: str
    factor: float
    divisor: int
    insurance_threshold_rupiah: int = 1_000_000


@dataclass(frozen=True, slots=True)
class Service:
    """A service of a carrier; `rate_id` is Shipper's stable service id."""

    rate_id: int
    name: str
    rate_type: RateType
    carrier: Carrier


_JNE = Carrier(1, "JNE", "JNE", factor=1.0, divisor=6000)
_TIKI = Carrier(2, "TIKI", "TIKI", factor=1.08, divisor=6000)
_SICEPAT = Carrier(5, "SCP", "SiCepat", factor=0.97, divisor=5000, insurance_threshold_rupiah=500_000)
_JNT = Carrier(7, "JNT", "J&T Express", factor=1.03, divisor=6000)
_WAHANA = Carrier(9, "WHN", "Wahana", factor=0.95, divisor=5000, insurance_threshold_rupiah=199_999)
_GOSEND = Carrier(21, "GSD", "GoSend", factor=1.0, divisor=6000)
_GRAB = Carrier(22, "GRB", "GrabExpress", factor=1.05, divisor=5000)

SERVICES: tuple[Service, ...] = (
    Service(58, "REG", "regular", _JNE),
    Service(59, "YES", "express", _JNE),
    Service(63, "JTR", "trucking", _JNE),
    Service(71, "REG", "regular", _TIKI),
    Service(72, "ONS", "express", _TIKI),
    Service(81, "SIUNTUNG", "regular", _SICEPAT),
    Service(82, "BEST", "express", _SICEPAT),
    Service(83, "GOKIL", "trucking", _SICEPAT),
    Service(91, "EZ", "regular", _JNT),
    Service(15, "Regular", "regular", _WAHANA),
    Service(101, "Instant", "instant", _GOSEND),
    Service(102, "Same Day", "same-day", _GOSEND),
    Service(111, "Instant", "instant", _GRAB),
    Service(112, "Same Day", "same-day", _GRAB),
)
