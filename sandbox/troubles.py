"""The named troubles: which call meets which, and what each means for the work and for the answer."""

import re
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import BaseModel, Field, StringConstraints

from sandbox.store import Store
from sandbox.wire import JsonObject

Partner = Literal["oms", "wms", "logistics", "client_platform"]

_STATUS = r"status:[2-5]\d\d"
_NAMES = (
    "refuse|reset|hang|slow|apply_then_hang|apply_then_reset|huge_answer|redirect|"
    "wrong_2xx:(html|empty|other_order|missing_id|negative_price)"
)
_DEFAULT_SLOW_SECONDS = 5.0
_WORKS = re.compile(r"slow|apply_then_.*|wrong_2xx:.*|huge_answer")


class TroubleIn(BaseModel):
    """The body of `POST /_troubles`. `count` absent: until deleted. `seconds`: Retry-After, delay, length of a hang.

    `order` absent: calls for any order, or for none.
    """

    partner: Partner | Literal["*"]
    route: str = "*"
    trouble: Annotated[str, StringConstraints(pattern=rf"^({_NAMES}|{_STATUS})$")]
    count: Annotated[int, Field(ge=1)] | None = None
    seconds: Annotated[float, Field(ge=0)] | None = None
    order: str | None = None


@dataclass(frozen=True, slots=True)
class Trouble:
    """One call's trouble."""

    name: str
    seconds: float | None = None

    @property
    def works(self) -> bool:
        """The partner does its work before the trouble spoils the answer."""
        return bool(_WORKS.fullmatch(self.name))

    @property
    def status(self) -> int | None:
        """The status of `status:NNN`."""
        return int(self.name.removeprefix("status:")) if self.name.startswith("status:") else None

    @property
    def wrong(self) -> str | None:
        """What is wrong with a `wrong_2xx` answer."""
        return self.name.removeprefix("wrong_2xx:") if self.name.startswith("wrong_2xx:") else None

    @property
    def hangs(self) -> bool:
        """No answer comes, and the connection stays."""
        return self.name in {"hang", "apply_then_hang"}

    @property
    def resets(self) -> bool:
        """No answer comes: the connection is reset."""
        return self.name in {"refuse", "reset", "apply_then_reset"}

    @property
    def delay_seconds(self) -> float:
        """How long the answer of `slow` waits."""
        if self.name != "slow":
            return 0.0
        return _DEFAULT_SLOW_SECONDS if self.seconds is None else self.seconds


class Troubles:
    """The troubles in force, oldest first; each matching call uses up one count of the oldest."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def add(self, trouble: TroubleIn) -> int:
        """Put a trouble in force; returns its id."""
        return self._store.insert(
            "INSERT INTO troubles (partner, route, trouble, count, seconds, order_no) VALUES (?, ?, ?, ?, ?, ?)",
            trouble.partner,
            trouble.route,
            trouble.trouble,
            trouble.count,
            trouble.seconds,
            trouble.order,
        )

    def clear(self) -> int:
        """No trouble any more; returns how many there were."""
        return self._store.run("DELETE FROM troubles")

    def items(self) -> list[JsonObject]:
        """The troubles in force."""
        return [dict(row) for row in self._store.rows("SELECT * FROM troubles ORDER BY id")]

    def take(self, partner: str, step: str | None, order: str | None) -> Trouble | None:
        """The trouble this call meets, if any."""
        row = self._store.row(
            "SELECT * FROM troubles WHERE partner IN (?, '*') AND route IN (?, '*')"
            " AND (order_no IS NULL OR order_no = ?) ORDER BY id LIMIT 1",
            partner,
            step or "*",
            order,
        )
        if row is None:
            return None
        if row["count"] is not None:
            self._use_up(row["id"])
        return Trouble(row["trouble"], row["seconds"])

    def _use_up(self, trouble_id: int) -> None:
        with self._store.transaction():
            self._store.run("UPDATE troubles SET count = count - 1 WHERE id = ?", trouble_id)
            self._store.run("DELETE FROM troubles WHERE id = ? AND count <= 0", trouble_id)
