"""What `interline doctor` examines: each finding says what was seen and, when it is bad, the fix."""

import asyncio
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

import httpx
from temporalio.client import Client as Temporal
from temporalio.service import RPCError

from interline.names import Partner
from interline.runtime.clients import Client, PartnerAccount
from interline.runtime.settings import Settings
from interline.runtime.temporal import missing_attributes, retention
from starter.cli.endpoints import webhook_findings
from starter.cli.errors import CliError
from starter.cli.finding import Finding
from starter.cli.target import Target
from starter.stack.clients import read_clients
from starter.stack.errors import StackError
from starter.stack.readiness import is_polled

HARMLESS_READS: Final = {
    Partner.OMS: "/v3/fulfillment/inbounds?doc_no=interline-doctor",
    Partner.WMS: "/v1/goods-issues?order_no=interline-doctor",
    Partner.LOGISTICS: "/v3/order/interline-doctor",
}
"""Reads of something that does not exist: any answer but a refusal of the key shows that the API is there."""
REFUSED: Final = {httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN}
CLOCK_TOLERANCE: Final = timedelta(seconds=60)
"""Receivers of Standard Webhooks refuse signatures more than 300 s off."""
RECENT: Final = timedelta(minutes=2)
"""Pollers ask again at least every minute."""
SETUP_FIX: Final = "run `interline setup-namespace`"


async def examine(target: Target) -> list[Finding]:
    """Everything, in the order in which it has to be put right."""
    findings = await _temporal(target)
    try:
        clients = read_clients(target.clients_file)
    except StackError as error:
        return [*findings, Finding("clients", False, str(error), "correct the file, or set INTERLINE_CLIENTS_FILE")]
    async with httpx.AsyncClient(timeout=3.0, trust_env=False) as http:
        findings.append(await _public_address(http, target))
        answers = await asyncio.gather(*(_partner(http, client, name) for client in clients for name in HARMLESS_READS))
        findings += [finding for finding, _ in answers]
        findings += await webhook_findings(target, clients)
        findings += [found for client in clients if (found := _registered(client, _outside(target)))]
        findings.append(_clock(offset for _, offset in answers))
    return findings


async def _temporal(target: Target) -> list[Finding]:
    try:
        client = await target.connect()
    except CliError as error:
        return [Finding("Temporal", False, "no answer", str(error))]
    try:
        return [
            Finding("Temporal", True, f"{client.service_client.config.target_host}, namespace {client.namespace}"),
            await _attributes(client),
            await _retention(client),
            await _worker(client),
        ]
    except RPCError as error:
        return [Finding("Temporal", False, error.message, "check the permissions of the key or certificate in use")]


async def _attributes(client: Temporal) -> Finding:
    missing = await missing_attributes(client)
    detail = f"missing: {', '.join(sorted(missing))}" if missing else "all registered"
    return Finding("search attributes", not missing, detail, SETUP_FIX)


async def _retention(client: Temporal) -> Finding:
    kept, needed = (await retention(client)).days, Settings().retention_days
    detail = f"closed orders are kept {kept} days, {needed} are needed to recognise duplicates"
    return Finding("retention", kept >= needed, detail, SETUP_FIX)


async def _worker(client: Temporal) -> Finding:
    polled = await is_polled(client, since=datetime.now(UTC) - RECENT)
    return Finding("worker", polled, "asks for orders" if polled else "none asks for orders", "run `interline worker`")


def _outside(target: Target) -> str:
    return target.manifest.gateway if target.manifest else Settings().outside_url


async def _public_address(http: httpx.AsyncClient, target: Target) -> Finding:
    url = _outside(target)
    fix = "run `interline gateway`, and set INTERLINE_PUBLIC_URL to the address partners use"
    try:
        answer = await http.get(f"{url}/healthz")
    except (httpx.HTTPError, httpx.InvalidURL):
        return Finding("public address", False, f"{url} does not answer", fix)
    return Finding("public address", answer.is_success, f"{url}/healthz answered {answer.status_code}", fix)


async def _partner(http: httpx.AsyncClient, client: Client, partner: Partner) -> tuple[Finding, timedelta | None]:
    """The finding, and how far our clock is from the partner's, as its answer shows it."""
    name = f"{client.client_id}: {partner.value} API"
    account = client.partners.get(partner)
    if account is None:
        return Finding(name, False, "not configured", f"add [clients.partners.{partner.value}]"), None
    try:
        answer = await _ask(http, account, HARMLESS_READS[partner])
    except (httpx.HTTPError, httpx.InvalidURL):
        return Finding(name, False, f"{account.url} does not answer", "check its url, and that it runs"), None
    fix = "put the partner's own key into its file" if answer.status_code in REFUSED else "ask the partner"
    ok = answer.status_code not in REFUSED and not answer.is_server_error
    return Finding(name, ok, f"{account.url} answered {answer.status_code}", fix), _offset(answer)


async def _ask(http: httpx.AsyncClient, account: PartnerAccount, path: str) -> httpx.Response:
    headers = {"X-API-Key": account.api_key.get_secret_value()}
    return await http.get(f"{account.url.rstrip('/')}{path}", headers=headers)


def _offset(answer: httpx.Response) -> timedelta | None:
    header = answer.headers.get("date")
    return abs(datetime.now(UTC) - parsedate_to_datetime(header)) if header else None


def _registered(client: Client, outside: str) -> Finding | None:
    """Shipper's `auth` is made of the registered address: another one never verifies."""
    registered = {signal.value: inbound.registered_url for signal, inbound in client.webhooks_in.items()}
    wrong = [event for event, url in registered.items() if url and not url.startswith(f"{outside}/")]
    if not wrong:
        return None
    detail = f"registered_url of {', '.join(wrong)} is not under {outside}"
    fix = "correct registered_url, or INTERLINE_PUBLIC_URL"
    return Finding(f"{client.client_id}: partners' webhooks", False, detail, fix)


def _clock(seen: Iterable[timedelta | None]) -> Finding:
    """Our clock against the partners', by their answers' Date headers."""
    offsets = sorted(offset for offset in seen if offset is not None)
    if not offsets:
        return Finding("clock", True, "no partner told the time")
    offset = offsets[len(offsets) // 2]
    detail = f"{offset.total_seconds():.0f} s from the partners' clocks"
    return Finding("clock", offset <= CLOCK_TOLERANCE, detail, "synchronise this machine's clock (NTP)")
