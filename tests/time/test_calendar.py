"""When rungs are due: hours, working days, cut-off, holidays. Pure, and the same whenever it is computed."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from interline.domain import calendar
from interline.domain.policy import Calendar, Deadlines, Rung, deadlines_by_rate_type
from interline.runtime.business_days import BusinessDays, Ladders

JAKARTA = Calendar(
    utc_offset_minutes=420,
    cut_off=time(15, 0),
    closes=time(17, 0),
    weekend=[6, 7],
    holidays=[date(2026, 12, 25), date(2026, 12, 24)],
)


def at(text: str) -> datetime:
    """A time in Jakarta."""
    return datetime.fromisoformat(f"{text}+07:00")


@pytest.mark.parametrize(
    ("since", "days", "due"),
    [
        ("2026-11-23 10:00", 0, "2026-11-23 17:00"),  # before the cut-off: the same day
        ("2026-11-23 15:00", 0, "2026-11-24 17:00"),  # at the cut-off: the next
        ("2026-11-23 23:59", 1, "2026-11-25 17:00"),
        ("2026-11-27 16:00", 0, "2026-11-30 17:00"),  # a Friday after the cut-off
        ("2026-11-28 10:00", 0, "2026-11-30 17:00"),  # a Saturday
        ("2026-11-27 10:00", 1, "2026-11-30 17:00"),
        ("2026-12-23 10:00", 1, "2026-12-28 17:00"),  # two holidays, then a weekend
        ("2026-12-24 10:00", 2, "2026-12-30 17:00"),  # begun on a holiday
        ("2026-12-31 16:00", 5, "2027-01-08 17:00"),  # over the end of the year
    ],
)
def test_working_days(since: str, days: int, due: str) -> None:
    rung = Rung(business_days=days, act="warn")
    assert calendar.due(at(since), rung, JAKARTA) == at(due)
    assert calendar.due(at(since).astimezone(UTC), rung, JAKARTA) == at(due), "whatever the zone it is told in"


def test_hours_know_no_holiday() -> None:
    assert calendar.due(at("2026-12-24 10:00"), Rung(after_seconds=3600, act="warn"), JAKARTA) == at("2026-12-24 11:00")


def test_a_reminder_some_hours_before_the_close() -> None:
    early = Rung(business_days=0, after_seconds=-7200, act="warn")
    assert calendar.due(at("2026-11-23 10:00"), early, JAKARTA) == at("2026-11-23 15:00")


def test_rungs_act_in_the_order_of_their_times_whatever_the_order_of_the_list() -> None:
    ladder = [Rung(business_days=1, act="attention"), Rung(after_seconds=60, act="warn")]
    found = calendar.in_order(at("2026-11-23 10:00"), ladder, JAKARTA)
    assert [rung.act for _, rung in found] == ["warn", "attention"]


def test_a_warehouse_that_never_opens_moves_no_deadline_out_of_sight() -> None:
    closed = Calendar(weekend=[1, 2, 3, 4, 5, 6, 7])
    assert calendar.due(at("2026-11-23 10:00"), Rung(business_days=3, act="warn"), closed) < at("2026-11-29 00:00")


@given(
    since=st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 1), timezones=st.just(UTC)),  # noqa: DTZ001  bounds
    days=st.integers(0, 30),
    holidays=st.lists(st.dates(date(2026, 1, 1), date(2027, 12, 31)), max_size=20),
)
def test_a_due_time_is_the_close_of_a_working_day_with_as_many_before_it(
    since: datetime, days: int, holidays: list[date]
) -> None:
    calendar_of = JAKARTA.model_copy(update={"holidays": holidays})
    due = calendar.due(since, Rung(business_days=days, act="warn"), calendar_of)
    assert due > since
    assert due.astimezone(UTC).time() == time(10, 0)
    assert calendar.is_open(due.date(), calendar_of)
    first = since.astimezone(due.tzinfo).date()
    between = [first + timedelta(days=number) for number in range((due.date() - first).days + 1)]
    assert sum(calendar.is_open(day, calendar_of) for day in between) in {days + 1, days + 2}


def test_the_library_knows_the_holidays_of_indonesia_and_ours_are_added() -> None:
    business = BusinessDays(holidays=[date(2026, 11, 30)], working_days=[date(2026, 12, 25)])
    expanded = business.expanded("Asia/Jakarta", at=at("2026-11-23 10:00"))
    assert expanded.utc_offset_minutes == 420
    assert {date(2026, 8, 17), date(2026, 11, 30), date(2027, 1, 1)} <= set(expanded.holidays)
    assert date(2026, 12, 25) not in expanded.holidays


def test_no_country_means_no_holidays_and_an_unknown_one_is_refused() -> None:
    assert BusinessDays(country="").expanded("Asia/Jakarta", at=at("2026-11-23 10:00")).holidays == []
    with pytest.raises(ValidationError, match="ISO 3166"):
        BusinessDays(country="XX")


@pytest.mark.parametrize(
    ("ladders", "word"),
    [
        ({"confirmaton": []}, "confirmaton"),
        ({"goods": [{"after_seconds": 1, "act": "shout"}]}, "shout"),
        ({"goods": [{"after_hours": 1, "act": "warn"}]}, "after_hours"),
    ],
)
def test_a_misspelt_ladder_is_refused(ladders: dict[str, object], word: str) -> None:
    with pytest.raises(ValidationError, match=word):
        TypeAdapter(Ladders).validate_python(ladders)


@pytest.mark.parametrize("ladders", [Deadlines(), *deadlines_by_rate_type().values()])
def test_every_wait_reminds_then_breaches_then_asks_a_human(ladders: Deadlines) -> None:
    for ladder in (ladders.confirmation, ladders.goods, ladders.pickup, ladders.delivery):
        due = calendar.in_order(at("2026-11-23 10:00"), ladder, JAKARTA)
        assert [rung.act for _, rung in due] == ["warn", "escalate", "attention"]


def test_only_what_is_named_changes_and_the_special_wins() -> None:
    one, two = [Rung(after_seconds=1, act="warn")], [Rung(after_seconds=2, act="warn")]
    merged = Deadlines().with_changes(Deadlines(goods=one, pickup=one), None, Deadlines(pickup=two))
    assert (merged.goods, merged.pickup, merged.delivery) == (one, two, Deadlines().delivery)
