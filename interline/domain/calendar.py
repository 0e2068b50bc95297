"""When a rung of a ladder is due: so long after the wait began, or at the close of so many working days.

All dates are data in the order's input (the gateway expands holidays once): no library, no time zone table and no clock
is asked here, so a replay years later computes the same.
"""

from datetime import date, datetime, time, timedelta, timezone

from interline.domain.policy import Calendar, Rung

LONGEST_CLOSURE_DAYS = 366
"""A calendar that is closed for longer is taken as always open: a deadline never moves out of sight."""


def due(since: datetime, rung: Rung, calendar: Calendar) -> datetime:
    """When `rung` acts, for a wait that began at `since` (with a zone)."""
    after = timedelta(seconds=rung.after_seconds)
    if rung.business_days is None:
        return since + after
    return _close_of(_counted_from(since, calendar), rung.business_days, calendar) + after


def in_order(since: datetime, ladder: list[Rung], calendar: Calendar) -> list[tuple[datetime, Rung]]:
    """The rungs with their times, the earliest first."""
    return sorted(((due(since, rung, calendar), rung) for rung in ladder), key=lambda pair: pair[0])


def is_open(day: date, calendar: Calendar) -> bool:
    """Is this a working day?"""
    return day.isoweekday() not in calendar.weekend and day not in calendar.holidays


def _counted_from(since: datetime, calendar: Calendar) -> date:
    """Day 0: the day itself, or the next working day for what came after the cut-off or on a closed day."""
    local = since.astimezone(_zone(calendar))
    day = local.date()
    if is_open(day, calendar) and local.time() < calendar.cut_off:
        return day
    return _next_open(day, calendar)


def _close_of(day: date, working_days: int, calendar: Calendar) -> datetime:
    for _ in range(working_days):
        day = _next_open(day, calendar)
    return datetime.combine(day, calendar.closes or time.max, tzinfo=_zone(calendar))


def _next_open(day: date, calendar: Calendar) -> date:
    days = (day + timedelta(days=number) for number in range(1, LONGEST_CLOSURE_DAYS))
    return next((later for later in days if is_open(later, calendar)), day + timedelta(days=1))


def _zone(calendar: Calendar) -> timezone:
    return timezone(timedelta(minutes=calendar.utc_offset_minutes))
