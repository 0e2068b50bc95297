"""Who may do what, and how much of it: keys and their rotation, tenants, limits of clients, addresses and the whole."""

import ast
import asyncio
import hashlib
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import orjson
import pytest
from fastapi import Request, Response
from temporalio.api.enums.v1 import EventType
from temporalio.client import Client as Temporal

from interline.contracts.problems import RequestError
from interline.domain.base import JsonObject
from interline.names import order_workflow_id
from interline.runtime.clients import ApiKey
from starter.gateway.bodies import CLIENT_BYTES
from starter.gateway.limits import NAMES_KEPT, PLACE_BYTES, READING_PER_WORKING, Buckets, Load
from tests.conftest import Figure
from tests.edge.wire import post, request, talk
from tests.gateway.support import (
    OMS_SECRET,
    ORDERS,
    OTHER_KEY,
    OUTBOUND,
    SHOP_KEY,
    Engine,
    Http,
    a_status,
    an_order,
    keyed,
    make_app,
    served,
    shipment,
    write_clients,
)

ROOT = Path(__file__).parents[2]
PROXY = "127.0.0.2"
"""Of this machine, too, but not the address the gateway takes for its own."""
OPEN = {"/healthz", "/readyz", "/metrics"}
NAMING = re.compile("{order_no}|{delivery_id}")
"""Paths that name something of one client: to another one there is no such thing."""
OWN_EVENTS = {
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED,
    EventType.EVENT_TYPE_WORKFLOW_TASK_SCHEDULED,
    EventType.EVENT_TYPE_WORKFLOW_TASK_STARTED,
    EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED,
}
"""Of an order to which nobody said anything."""


def _sha256(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


async def test_two_keys_hold_during_a_rotation_and_the_old_one_ends(tmp_path: Path, temporal: Temporal) -> None:
    file = write_clients(tmp_path)
    before = file.read_text()
    old, new = _sha256(SHOP_KEY), _sha256("the-new-key")

    def rotating(ends: datetime) -> None:
        keys = (
            f'{{ id = "new", sha256 = "{new}" }}, {{ id = "old", sha256 = "{old}", expires_at = {ends.isoformat()} }}'
        )
        file.write_text(before.replace(f'{{ id = "first", sha256 = "{old}" }}', keys))

    async with served(make_app(file, temporal)) as url, httpx.AsyncClient(base_url=url) as http:
        for ends, status in ((timedelta(hours=1), 200), (timedelta(hours=-1), 401)):
            rotating(datetime.now(UTC) + ends)
            assert (await http.get(ORDERS, headers=keyed("the-new-key"))).status_code == 200
            assert (await http.get(ORDERS, headers=keyed())).status_code == status


def test_a_key_ends_at_its_time_and_only_a_time_with_zone_is_one() -> None:
    at = datetime(2026, 12, 1, tzinfo=UTC)
    key = ApiKey(id="a", sha256="0" * 64, expires_at=at)
    assert key.holds(at - timedelta(seconds=1))
    assert not key.holds(at)
    with pytest.raises(ValueError, match="timezone"):
        ApiKey.model_validate({"id": "a", "sha256": "0" * 64, "expires_at": at.replace(tzinfo=None)})


SECRET_NAMES = re.compile(r"secret|signature|signed|claimed|digest|token|auth|api_key|\bkey\b|sent", re.IGNORECASE)
PROVING = (
    "interline/webhooks.py",
    "interline/runtime/clients.py",
    "starter/gateway/proof.py",
    "starter/gateway/context.py",
)


@pytest.mark.parametrize("path", PROVING)
def test_secrets_are_compared_in_constant_time_only(path: str) -> None:
    """A static check: `==`, `!=` and `in` never touch a name that may hold a secret; `compare_digest` does."""
    found = [
        ast.unparse(node)
        for node in ast.walk(ast.parse((ROOT / path).read_text()))
        if isinstance(node, ast.Compare)
        and any(isinstance(how, ast.Eq | ast.NotEq | ast.In | ast.NotIn) for how in node.ops)
        and any(_may_be_secret(side) for side in (node.left, *node.comparators))
    ]
    assert found == []


def _may_be_secret(side: ast.expr) -> bool:
    names = (part.id for part in ast.walk(side) if isinstance(part, ast.Name) and part.id.islower())
    counted = isinstance(side, ast.Call) and isinstance(side.func, ast.Name) and side.func.id == "len"
    return not counted and any(SECRET_NAMES.search(name) for name in names)


async def test_wrong_keys_of_one_address_are_slowed_and_right_ones_pass(clients_file: Path, temporal: Temporal) -> None:
    app = make_app(clients_file, temporal, failed_auth_per_minute=5)
    async with served(app) as url, httpx.AsyncClient(base_url=url) as http:
        wrong = [await http.get(ORDERS, headers=keyed("guess")) for _ in range(4)]
        wrong.append(await http.post("/webhooks/shop/oms/status", json={}, headers={"x-api-key": "guess"}))
        assert [answer.status_code for answer in wrong] == [401] * 5
        for slowed in (
            await http.get(ORDERS, headers=keyed("guess")),
            await http.post("/webhooks/nobody/oms/status", json={}, headers={"x-api-key": OMS_SECRET}),
        ):
            assert slowed.status_code == 429
            assert slowed.json()["metadata"]["errors"][0]["error"] == "too-many-failures"
            assert 1 <= int(slowed.headers["retry-after"]) <= 12
        assert (await http.get(ORDERS, headers=keyed())).status_code == 200
        answer = await http.post("/webhooks/shop/logistics/status", json=a_status())
        assert answer.status_code == 200


@pytest.mark.parametrize(("named", "slowed"), [(PROXY, 401), ("127.0.0.1", 429)])
async def test_behind_a_proxy_that_is_named_each_caller_is_slowed_for_itself(
    named: str, slowed: int, clients_file: Path, temporal: Temporal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The proxy stands at another address than ours; one that nobody named may say what it likes."""
    monkeypatch.setenv("FORWARDED_ALLOW_IPS", named)
    proxy = httpx.AsyncHTTPTransport(local_address=PROXY)
    app = make_app(clients_file, temporal, failed_auth_per_minute=5)
    async with served(app) as url, httpx.AsyncClient(base_url=url, transport=proxy) as http:

        async def guessed(caller: str) -> int:
            return (await http.get(ORDERS, headers={**keyed("guess"), "x-forwarded-for": caller})).status_code

        assert [await guessed("203.0.113.7") for _ in range(6)] == [401] * 5 + [429]
        assert await guessed("203.0.113.8") == slowed


async def test_each_client_has_a_rate_of_its_own(tmp_path: Path, temporal: Temporal) -> None:
    file = write_clients(tmp_path)
    text = file.read_text()
    file.write_text(text.replace('name = "shop"\n', 'name = "shop"\nrequests_per_second = 5\n', 1))
    async with served(make_app(file, temporal)) as url, httpx.AsyncClient(base_url=url) as http:
        answers = [await http.post(OUTBOUND, content=b"{}", headers=keyed()) for _ in range(14)]
        limited = [answer for answer in answers if answer.status_code == 429]
        assert 1 <= len(limited) <= 4
        assert limited[0].headers["retry-after"] == "1"
        assert limited[0].json()["metadata"]["errors"][0]["error"] == "rate-limited"
        assert (await http.post(OUTBOUND, content=b"{}", headers=keyed(OTHER_KEY))).status_code == 415
        assert (await http.get("/healthz")).status_code == 200


def test_a_bucket_fills_again_and_forgets_the_oldest_names() -> None:
    now = [0.0]
    buckets = Buckets(lambda: now[0])

    def take(name: str) -> float:
        return buckets.wait_seconds(name, per_second=2, burst=2)

    assert [take("a"), take("a"), take("a")] == [0, 0, 0.5]
    now[0] = 0.5
    assert [take("a"), take("a")] == [0, 0.5]
    for number in range(NAMES_KEPT):
        take(str(number))
    assert take("a") == 0


async def test_a_large_body_takes_the_room_of_five_requests_and_gives_it_back() -> None:
    load = Load(9)
    for _ in range(2):
        with load.working() as first, load.working() as second, load.reading(first), load.reading(second):
            await load.resume(first, CLIENT_BYTES)
            with pytest.raises(RequestError):
                await load.resume(second, CLIENT_BYTES)
            await load.resume(second, CLIENT_BYTES - PLACE_BYTES)
    small = Load(1)
    with small.working() as alone, small.reading(alone):
        await small.resume(alone, CLIENT_BYTES)


async def test_a_large_body_waits_a_moment_for_its_room() -> None:
    load = Load(6)
    with load.working() as second, load.reading(second):
        with load.working() as first, load.reading(first):
            await load.resume(first, CLIENT_BYTES)
            waiting = asyncio.create_task(load.resume(second, CLIENT_BYTES))
            await asyncio.sleep(0.05)
            assert not waiting.done()
        await waiting


async def test_beyond_its_room_the_gateway_says_when_to_come_again(clients_file: Path, temporal: Temporal) -> None:
    app = make_app(clients_file, temporal, max_requests=3)
    free = asyncio.Event()

    async def slow(_: Request) -> Response:
        await free.wait()
        return Response()

    app.add_api_route("/slow", slow)
    async with served(app) as url:
        held = [asyncio.create_task(talk(url, request("GET", "/slow"))) for _ in range(3)]
        while (await talk(url, request("GET", "/nowhere"))).status != 503:  # type: ignore[union-attr]  # noqa: ASYNC110  # it answers; another task's progress
            await asyncio.sleep(0.01)
        answer = await talk(url, post(an_order()))
        assert answer
        assert (answer.status, answer.code, answer.headers["retry-after"]) == (503, "overloaded", "1")
        for probe in ("/healthz", "/metrics"):
            alive = await talk(url, request("GET", probe))
            assert alive
            assert alive.status == 200
        free.set()
        assert {answer.status for answer in await asyncio.gather(*held) if answer} == {200}
        assert (await talk(url, post(an_order()))).status == 202  # type: ignore[union-attr]  # it answers


async def test_waiting_for_slow_bodies_takes_nobodys_room(clients_file: Path, temporal: Temporal) -> None:
    async with served(make_app(clients_file, temporal, max_requests=2)) as url:
        stalled = [
            asyncio.create_task(talk(url, post(an_order())[:-1], seconds=30)) for _ in range(2 * READING_PER_WORKING)
        ]
        await asyncio.sleep(0.1)
        full = await talk(url, post(an_order()))
        alive = await talk(url, request("GET", ORDERS, headers=keyed()))
        for task in stalled:
            task.cancel()
    assert full
    assert (full.status, full.code) == (503, "overloaded")
    assert alive
    assert alive.status == 200


def _client_operations(document: JsonObject) -> Iterator[tuple[str, str]]:
    paths = document["paths"]
    assert isinstance(paths, dict)
    for path, operations in paths.items():
        assert isinstance(operations, dict)
        yield from ((path, method.upper()) for method in operations if path not in OPEN and "{client_id}" not in path)


async def test_no_route_tells_or_changes_anything_of_another_client(
    address: str, shop: Http, engine: Engine, worker: None, figure: Figure
) -> None:
    mine = an_order(consignee="Canary Wijaya")
    number, tracking = str(mine["so_number"]), str(mine["tracking_id"])
    assert (await shop.post(OUTBOUND, json=mine)).status_code == 202
    await engine.visible(f"TrackingId = '{tracking}'")
    fill = {"warehouse_id": "WH-JKT-1", "order_no": number, "delivery_id": f"{number}~1", "rate_type": "regular"}
    body: JsonObject = {"order_no": number, "warehouse_id": "WH-JKT-1", "cancel_reason": "x", "reason": "x"}
    operations = list(_client_operations((await shop.get("/openapi.json")).json()))
    async with httpx.AsyncClient(base_url=address, timeout=15) as http:
        for path, method in operations:
            target = path.format_map({**fill, "kind": "fulfillment"})
            for query in ("", f"?order_no={number}&tracking_id={tracking}"):
                sent: JsonObject = {**body, **shipment()} if "pricing" in path else body
                answer = await http.request(method, target + query, json=sent, headers=keyed(OTHER_KEY))
                told = answer.text.replace(target, "")
                assert not [word for word in (number, tracking, "Canary") if word in told], (method, path)
                assert answer.status_code == 404 or not NAMING.search(path), (method, path)
            nobody = await http.request(method, target, json=body)
            assert (nobody.status_code, nobody.json()["metadata"]["errors"][0]["error"]) == (401, "api-key-missing")
    assert len(operations) >= 8
    assert {event.event_type for event in await engine.history(order_workflow_id("shop", number))} <= OWN_EVENTS
    figure(f"tenancy: {len(operations)} operations x 2 clients, leaks 0")


async def test_an_unknown_and_a_foreign_order_look_the_same(shop: Http, address: str) -> None:
    mine = an_order()
    assert (await shop.post(OUTBOUND, json=mine)).status_code == 202
    async with httpx.AsyncClient(base_url=address, headers=keyed(OTHER_KEY)) as http:
        foreign, unknown = [
            (await http.get(f"/v3/fulfillment/warehouse/WH-JKT-1/outbound/oms/{number}")).content
            for number in (mine["so_number"], "SO-nobody")
        ]
    blank = {"path": "", "timestamp": 0}
    bodies = [{**orjson.loads(body)["metadata"], **blank} for body in (foreign, unknown)]
    assert bodies[0] == bodies[1]
