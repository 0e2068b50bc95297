"""Query parameters: read one by one, all problems told at once."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from starlette.datastructures import QueryParams

from interline.contracts.event_reading import moment
from interline.contracts.problems import ErrorCode, Problem, RequestError
from interline.contracts.shipper_fields import TIME

_WORD: Final = re.compile(r"[A-Za-z0-9_.-]{1,64}", re.ASCII)
_NUMBER: Final = re.compile(r"[0-9]{1,6}", re.ASCII)


class Parameters:
    """Collects what is wrong; `done` says it. Empty parameters count as absent."""

    def __init__(self, values: QueryParams, zone: ZoneInfo) -> None:
        self._values = values
        self._zone = zone
        self._problems: list[Problem] = []

    def word(self, name: str) -> str | None:
        """An identifier."""
        value = self._values.get(name) or None
        if value and not _WORD.fullmatch(value):
            self._wrong(ErrorCode.INVALID_FORMAT, name, "1 to 64 of A-Z a-z 0-9 _ . -")
        return value

    def number(self, name: str, *, default: int, most: int) -> int:
        """A whole number from 1 to `most`."""
        value = self._values.get(name) or str(default)
        if not _NUMBER.fullmatch(value) or not 1 <= int(value) <= most:
            self._wrong(ErrorCode.OUT_OF_RANGE, name, f"a whole number from 1 to {most}")
            return default
        return int(value)

    def choice(self, name: str, allowed: Sequence[str]) -> str | None:
        """One of a list."""
        value = self._values.get(name) or None
        if value and value not in allowed:
            self._wrong(ErrorCode.UNKNOWN_VALUE, name, f"one of {', '.join(allowed)}")
        return value

    def moment(self, name: str) -> datetime | None:
        """A time; one without a zone is the warehouse's."""
        value = self._values.get(name) or None
        given = value.replace(" ", "+") if value and value[-6:-5] == " " else value
        read = moment(given, self._zone) if given and TIME.fullmatch(given) else None
        if value and read is None:
            self._wrong(ErrorCode.INVALID_FORMAT, name, "a time such as 2026-11-23T09:00:00Z or 2026-11-23 16:00:00")
        return read

    def done(self) -> None:
        """Say what was wrong.

        Raises:
            RequestError: something was.
        """
        if self._problems:
            raise RequestError(self._problems)

    def _wrong(self, error: ErrorCode, name: str, wanted: str) -> None:
        self._problems.append(Problem(error, f"the parameter {name} wants {wanted}"))
