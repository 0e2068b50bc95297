"""What a client's settings mean for one order, fixed when it is accepted."""

from datetime import datetime

from interline.contracts.measures import Catalogue, Measures
from interline.contracts.orders_in import Terms
from interline.contracts.partner_events import ROUTES
from interline.domain.policy import Calendar, Deadlines, OrderPolicy, PartnerTerms
from interline.domain.shipment import Shipment
from interline.names import Partner, Signal
from interline.runtime.clients import Client
from interline.runtime.settings import Settings

PRICING_WAY = 2
CLIENT_SECONDS = 15.0
"""A later try of a client webhook, from look-up to the end of the answer."""
CLIENT_LOCAL_SECONDS = 1.0
"""A client's webhook endpoint gets less of a workflow task than a partner does (DESIGN §2)."""


class Policies:
    """What each client's settings mean for its orders: worked out once, until its entry is another."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._known: dict[str, tuple[Client, OrderPolicy]] = {}

    def of_order(self, client: Client, shipment: Shipment, *, at: datetime) -> OrderPolicy:
        """Everything that is fixed for an order accepted at `at`."""
        deadlines = _deadlines(client, self._settings, shipment)
        calendar = _calendar(client, self._settings, deadlines, at)
        return self.of(client).model_copy(update={"deadlines": deadlines, "calendar": calendar})

    def of(self, client: Client) -> OrderPolicy:
        """Terms and switches: the client's own where it has them, else the settings'."""
        known = self._known.get(client.client_id)
        if known is None or known[0] is not client:
            known = self._known[client.client_id] = client, _client_policy(client, self._settings)
        return known[1]


def _client_policy(client: Client, settings: Settings) -> OrderPolicy:
    logistics = client.partners.get(Partner.LOGISTICS)
    return OrderPolicy(
        oms=_terms(client, Partner.OMS),
        wms=_terms(client, Partner.WMS),
        logistics=_terms(client, Partner.LOGISTICS),
        client_platform=PartnerTerms(local_budget_seconds=CLIENT_LOCAL_SECONDS, budget_seconds=CLIENT_SECONDS),
        delivery_schedule_seconds=settings.delivery_schedule_seconds,
        delivery_hold_seconds=settings.delivery_hold_seconds,
        tells_wms=client.tells_wms,
        registers_webhook=logistics is None or logistics.registration == "api",
        checks_tracking=logistics is not None and logistics.checks_tracking,
        price_tolerance_percent=client.price_tolerance_percent,
        price_rule=client.price_rule,
        more_providers=sorted(client.more_providers),
        pricing_way=PRICING_WAY,
        tells_at_arrival=True,
        records_before_telling=True,
    )


def _deadlines(client: Client, settings: Settings, shipment: Shipment) -> Deadlines:
    """From the general to the special: settings, their rate types, client, its rate types, its service types."""
    return settings.deadlines.with_changes(
        settings.deadlines_by_rate_type.get(shipment.rate_type.value),
        client.deadlines,
        client.deadlines_by_rate_type.get(shipment.rate_type),
        client.deadlines_by_service_type.get(str(shipment.service_type)),
    )


def _calendar(client: Client, settings: Settings, deadlines: Deadlines, at: datetime) -> Calendar:
    """The dates an order needs; most count hours and need none."""
    ladders = (deadlines.confirmation, deadlines.goods, deadlines.pickup, deadlines.delivery)
    if all(rung.business_days is None for ladder in ladders for rung in ladder):
        return Calendar()
    return (client.business_days or settings.business_days).expanded(client.warehouse_zone, at=at)


def terms(client: Client) -> Terms:
    """What the client's settings add to its bodies."""
    return Terms(
        catalogue=_catalogue(client),
        defaults=client.logistics_defaults,
        cod_services=frozenset(client.cod_services),
    )


def registered_url(client: Client, kind: Signal, route: str, settings: Settings) -> str:
    """Where the partner was told to send this webhook: as the client's settings say, else as we would say it."""
    known = client.webhooks_in.get(kind)
    if known and known.registered_url:
        return known.registered_url
    return f"{settings.outside_url}/webhooks/{client.client_id}/{route}"


def callback_url(client: Client, settings: Settings) -> str:
    """Where the logistics provider reports this client's shipments (blue 5 and blue 6)."""
    route = next(path for path, meant in ROUTES.items() if meant.kind is Signal.SHIPMENT_STATUS)
    return registered_url(client, Signal.SHIPMENT_STATUS, route, settings)


def _terms(client: Client, partner: Partner) -> PartnerTerms:
    account = client.partners.get(partner)
    if account is None:
        return PartnerTerms()
    return PartnerTerms(
        keys=account.keys,
        rated=account.rate_per_second is not None,
        local_budget_seconds=account.local_budget_seconds,
        budget_seconds=account.budget_seconds,
    )


def _catalogue(client: Client) -> Catalogue:
    def measures(code: str) -> Measures | None:
        sku = client.skus.get(code)
        return Measures(sku.weight_kg, sku.length_cm, sku.width_cm, sku.height_cm) if sku else None

    return measures
