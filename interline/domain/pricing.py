"""Does a price keep what was promised? Tolerance is policy; money is whole rupiah."""

from decimal import Decimal, InvalidOperation

from interline.domain.base import Durable
from interline.domain.events import Event
from interline.domain.policy import OrderPolicy, PriceRule
from interline.domain.shipment import Price, Shipment

HEAVIEST_KG = Decimal(10_000)


class PriceCheck(Durable):
    """A price beside the one that was promised, if any."""

    price: Price
    promised: Price | None = None
    difference_percent: float = 0.0
    within_tolerance: bool = True
    needs_human: bool = False

    @property
    def reason(self) -> str:
        """Why a human is asked."""
        promised = self.promised.final_price_idr if self.promised else 0
        return (
            f"the price is now {self.price.final_price_idr} IDR, {promised} IDR were promised"
            f" ({self.difference_percent:+.1f} %)"
        )


def check(price: Price, *, promised: Price | None, policy: OrderPolicy) -> PriceCheck:
    """Compare. A lower price is always welcome."""
    if promised is None:
        return PriceCheck(price=price)
    moved = 100.0 * (price.final_price_idr - promised.final_price_idr) / promised.final_price_idr
    within = moved <= policy.price_tolerance_percent
    return PriceCheck(
        price=price,
        promised=promised,
        difference_percent=round(moved, 2),
        within_tolerance=within,
        needs_human=not within and policy.price_rule is PriceRule.ASK,
    )


def reweighed(shipment: Shipment, event: Event) -> Shipment | None:
    """The shipment with the weight that the warehouse reports (kg); None when it reports none or the same."""
    told = event.data.get("weight_kg")
    if isinstance(told, bool) or not isinstance(told, int | float | str):
        return None
    try:
        weight = Decimal(str(told))
    except InvalidOperation:
        return None
    if not weight.is_finite() or not 0 < weight <= HEAVIEST_KG or weight == shipment.weight_kg:
        return None
    return shipment.model_copy(update={"weight_kg": weight})
