"""A partner gets a new secret: while both hold nothing is refused, afterwards the old one proves nothing."""

import base64
import hashlib
import os
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import orjson
import pytest
from temporalio.client import Client as Temporal

from interline.runtime.clients import ClientRegistry
from tests.gateway.support import (
    OMS_SECRET,
    PROVIDER_KEY,
    PROVIDER_URL,
    WHSEC,
    Http,
    a_status,
    make_app,
    served,
    signed,
    unique,
    write_clients,
)

OLD = {"oms": OMS_SECRET, "fulfillment": WHSEC, "provider": PROVIDER_KEY}
NEW = {
    "oms": "new-oms-secret-0123456789",
    "fulfillment": "whsec_" + base64.b64encode(b"another of twenty-four b").decode(),
    "provider": "new-provider-key-0123456789",
}
SECRETS = re.compile(r'secrets = \["file:(\w+)"\]\nregistered_url')
"""Of partners: those of our own webhooks are rotated by API."""
EACH = 5


@dataclass
class Rotating:
    """A gateway whose clients' file is edited, as an operator does."""

    file: Path
    before: str
    registry: ClientRegistry
    http: Http

    def holds(self, secrets: str) -> None:
        """`NAME` stands for a secret of each partner."""
        named = SECRETS.sub(
            lambda found: f"secrets = [{secrets}]\nregistered_url".replace("NAME", found[1]), self.before
        )
        self.file.write_text(named)

    async def answers(self, secrets: dict[str, str]) -> list[int]:
        """Events of all three partners, proven by these."""
        return [await self._send(partner, secrets[partner]) for partner in secrets for _ in range(EACH)]

    async def _send(self, partner: str, secret: str) -> int:
        path, headers, document = _event(partner, secret)
        body = orjson.dumps(document)
        if partner == "fulfillment":
            headers = signed(body, webhook_id=unique("msg"), secret=secret)
        return (await self.http.post(f"/webhooks/shop/{path}", content=body, headers=headers)).status_code


def _event(partner: str, secret: str) -> tuple[str, dict[str, str], object]:
    number = unique("SO")
    if partner == "oms":
        return "oms/status", {"x-api-key": secret}, {"order_no": number, "status_code": "00"}
    if partner == "fulfillment":
        return "fulfillment/awb", {}, {"order_no": number, "express_no": "AWB1", "success_flag": True}
    proof = hashlib.md5(f"{secret}{PROVIDER_URL}json".encode(), usedforsecurity=False).hexdigest()
    return "logistics/status", {}, a_status(external_id=number, auth=proof)


@pytest.fixture
async def rotating(tmp_path: Path, temporal: Temporal) -> AsyncIterator[Rotating]:
    file = write_clients(tmp_path)
    for name, secret in NEW.items():
        (tmp_path / f"{name}-new").write_text(secret)
    app = make_app(file, temporal)
    async with served(app) as url, httpx.AsyncClient(base_url=url, timeout=15) as http:
        yield Rotating(file, file.read_text(), app.state.gateway.clients, http)


ALL, NONE = [200] * 3 * EACH, [401] * 3 * EACH


async def test_a_rotation_refuses_nothing_and_the_old_secret_ends_with_its_line(rotating: Rotating) -> None:
    assert (await rotating.answers(OLD), await rotating.answers(NEW)) == (ALL, NONE)
    rotating.holds('"file:NAME-new", "file:NAME"')
    assert (await rotating.answers(OLD), await rotating.answers(NEW)) == (ALL, ALL), "refused during the overlap: 0"
    rotating.holds('"file:NAME-new"')
    assert (await rotating.answers(OLD), await rotating.answers(NEW)) == (NONE, ALL)


async def test_the_old_secret_ends_at_its_time_though_nobody_takes_it_out(rotating: Rotating) -> None:
    for hours, old in ((1, ALL), (-1, NONE)):
        ends = datetime.now(UTC) + timedelta(hours=hours)
        rotating.holds(f'"file:NAME-new", {{ value = "file:NAME", expires_at = {ends.isoformat()} }}')
        assert (await rotating.answers(OLD), await rotating.answers(NEW)) == (old, ALL)


async def test_a_secret_replaced_in_its_own_file_holds_from_the_signal_on(rotating: Rotating) -> None:
    """The clients' file has not changed, so it is read when somebody says so: what SIGHUP does."""
    os.utime(rotating.file, (0, 0))  # one that was just written would be read again by itself
    rotating.registry.refresh()
    for name, secret in NEW.items():
        (rotating.file.parent / name).write_text(secret)
    assert (await rotating.answers(OLD), await rotating.answers(NEW)) == (ALL, NONE)
    rotating.registry.refresh(changed_only=False)
    assert (await rotating.answers(OLD), await rotating.answers(NEW)) == (NONE, ALL)
