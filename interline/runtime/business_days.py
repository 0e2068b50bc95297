"""Working days of a country, expanded into dates that an order can carry (library `holidays`)."""

from collections.abc import Mapping
from datetime import date, datetime, time
from functools import lru_cache
from typing import Annotated, Final
from zoneinfo import ZoneInfo

from holidays import country_holidays
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from interline.domain.policy import ACTS, Calendar, Deadlines

YEARS: Final = 2
"""This one and the next: no ladder is longer."""


def _known(country: str) -> str:
    if country:
        try:
            country_holidays(country)
        except NotImplementedError:
            raise ValueError(f"no holidays are known of {country!r}: give an ISO 3166 code, or none") from None
    return country


class BusinessDays(BaseModel):
    """When a warehouse works. Holidays of the `country` (ISO 3166, empty: none), and dates of one's own."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    country: Annotated[str, AfterValidator(_known)] = "ID"
    subdivision: str | None = None
    weekend: list[Annotated[int, Field(ge=1, le=7)]] = [6, 7]
    """ISO weekdays, 1 is Monday."""
    cut_off: time = time(15, 0)
    """What comes later counts from the next working day."""
    closes: time = time(17, 0)
    """When a working day ends: what is due on it is due then."""
    holidays: list[date] = []
    working_days: list[date] = []
    """Holidays of the country on which this warehouse works all the same."""

    def expanded(self, zone: str, *, at: datetime) -> Calendar:
        """The dates around `at`, in the warehouse's zone."""
        local = at.astimezone(ZoneInfo(zone))
        offset = local.utcoffset()
        years = range(local.year, local.year + YEARS)
        known = {day for year in years for day in _holidays(self.country, self.subdivision, year)}
        return Calendar(
            utc_offset_minutes=int(offset.total_seconds() // 60) if offset else 0,
            cut_off=self.cut_off,
            closes=self.closes,
            weekend=self.weekend,
            holidays=sorted((known | set(self.holidays)) - set(self.working_days)),
        )


@lru_cache(maxsize=256)
def _holidays(country: str, subdivision: str | None, year: int) -> frozenset[date]:
    return frozenset(country_holidays(country, subdiv=subdivision, years=year)) if country else frozenset()


def _checked(value: object) -> object:
    """Ladders as a person wrote them: no misspelt name passes."""
    if isinstance(value, Mapping):
        _must_be(value, set(Deadlines.model_fields), "ladder")
        for rung in [rung for ladder in value.values() if isinstance(ladder, list) for rung in ladder]:
            if isinstance(rung, Mapping):
                _must_be(rung, {"after_seconds", "business_days", "act"}, "field of a rung")
                _must_be([rung.get("act")], ACTS, "act")
    return value


def _must_be(given: Mapping[object, object] | list[object], allowed: set[str] | frozenset[str], what: str) -> None:
    if unknown := [name for name in given if name not in allowed]:
        raise ValueError(f"{unknown[0]!r} is no {what}: one of {', '.join(sorted(allowed))}")


Ladders = Annotated[Deadlines, BeforeValidator(_checked)]
"""Deadlines in settings: only those that are named change anything."""
