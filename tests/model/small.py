"""The rules of an order's life once more, small and by other means: what is true follows from all that was heard.

Nothing of ours is imported. Where `interline.domain` keeps ranks and folds events one by one, this keeps everything it
heard and answers each question from scratch.
"""

from dataclasses import dataclass, field

ORDERED = 2
LATER_WINS = (
    *({"1000"}, {"1010"}, {"1030"}, {"1160", "1310"}),
    *({"999"}, {"1370"}, {"2000"}, {"1420"}, {"1380"}),
)
"""Courier codes; whatever was heard of a later group counts, within a group the courier's own clock decides."""
NAMES = {
    "1000": "created",
    "1010": "pickup_requested",
    "1030": "pickup_in_progress",
    "1160": "in_transit",
    "1310": "delivery_exception",
    "999": "cancelled",
    "1370": "failed",
    "2000": "delivered",
    "1420": "returning",
    "1380": "lost_or_damaged",
}
LAST_WORDS = {"cancelled", "failed", "delivered", "lost_or_damaged"}


@dataclass
class Heard:
    """Everything that anybody said about one order."""

    is_return: bool = False
    ids: set[str] = field(default_factory=set)
    repeats: int = 0
    registered: bool = False
    confirmed: bool = False
    rejected: bool = False
    oms_codes: set[str] = field(default_factory=set)
    moves: dict[str, int | None] = field(default_factory=dict)
    """Pieces of each goods movement; None when it named none."""
    received: bool = False
    back: bool = False
    moves_told: int = 0
    courier: list[tuple[str, int]] = field(default_factory=list)
    """Code and minute of each word."""
    work: int = 0
    """Facts nobody has acted on yet."""
    cancel: str = ""

    def hear(self, event_id: str, kind: str, *, code: str = "", minute: int = 0, pieces: int | None = None) -> None:
        """A partner or an operator in its place says something."""
        if event_id in self.ids:
            self.repeats += 1
            return
        self.ids.add(event_id)
        if kind == "order_confirmed":
            self.confirmed, self.rejected = self.confirmed or code != "no", self.rejected or code == "no"
        elif kind == "shipment_status":
            known = (code, minute) in self.courier
            self.repeats, self.work = self.repeats + known, self.work + (not known)
            self.courier.append((code, minute))
        else:
            self.work += 1
            self.oms_codes |= {code} if kind == "order_status" else set()
            if kind in ({"goods_received"} if self.is_return else {"goods_issued", "goods_received"}):
                back = kind == "goods_received" and not self.is_return
                self.received, self.back = self.received or kind == "goods_received", self.back or back
                self.moves[event_id] = 0 if back else pieces

    @property
    def shipment(self) -> str:
        """Where the courier has it."""
        for group in reversed(LATER_WINS):
            words = [(minute, code) for code, minute in self.courier if code in group]
            if words:
                return NAMES[max(words)[1]]
        return "none"

    @property
    def status(self) -> str:
        """Where the order stands."""
        if self.cancel == "accepted":
            return "cancelled"
        if self.moves:
            return "returned" if self.back else "goods_received" if self.received else "goods_issued"
        if "90" in self.oms_codes:
            return "cancelled"
        if self.confirmed:
            return "confirmed"
        if self.rejected:
            return "rejected"
        return "registered" if self.registered else "accepted"

    @property
    def off(self) -> bool:
        """Nobody will fulfil it."""
        return self.status in {"cancelled", "rejected"}

    @property
    def cancellable(self) -> bool:
        """A client may still take it back."""
        return not (self.moves or self.off or self.cancel == "asking")

    @property
    def all_moved(self) -> bool:
        """Nothing more is to leave or enter the warehouse."""
        pieces = list(self.moves.values())
        return None in pieces or sum(piece or 0 for piece in pieces) >= ORDERED or "99" in self.oms_codes

    @property
    def courier_done(self) -> bool:
        """The courier said its last word."""
        return self.shipment in LAST_WORDS or (self.shipment == "returning" and self.back)

    @property
    def done(self) -> bool:
        """Nothing more is expected, and nothing is to be done."""
        fulfilled = bool(self.moves) and self.moves_told == len(self.moves) and self.all_moved and self.courier_done
        return not self.work and (self.off or fulfilled)

    @property
    def contradictions(self) -> int:
        """Pairs of statements that cannot both be true."""
        said = {NAMES.get(code) for code, _ in self.courier}
        return sum(
            (
                self.confirmed and self.rejected,
                "90" in self.oms_codes and bool(self.moves),
                self.cancel == "accepted" and bool(self.moves),
                {"delivered", "cancelled"} <= said,
                self.shipment == "delivered" and not self.moves,
            )
        )

    def may_state(self, fact: str) -> bool:
        """An operator may say so in a partner's place."""
        known = {
            "confirmation": self.confirmed,
            "goods": bool(self.moves) and self.all_moved,
            "delivery": self.courier_done,
        }
        return not (self.off or known[fact])
