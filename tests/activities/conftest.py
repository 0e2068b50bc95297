"""The sending side of a worker, as `worker.py` builds it, against whatever address a test gives."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from activities.calling import PartnerCalls
from activities.http import Http
from interline.runtime.clients import ClientRegistry

CLIENT = """
[[clients]]
client_id = "demo-shop"
name = "Demo"
api_keys = []
[clients.partners.oms]
url = "{url}/oms"
api_key = "file:key"
[clients.partners.wms]
url = "{url}/wms"
api_key = "file:key"
[clients.partners.logistics]
url = "{url}/logistics"
api_key = "file:key"
"""
PartnersAt = Callable[[str], PartnerCalls]


@pytest.fixture
async def http() -> AsyncIterator[Http]:
    async with Http() as sender:
        yield sender


@pytest.fixture
def partners_at(tmp_path: Path, http: Http) -> PartnersAt:
    """One worker's calls; called again, another worker's."""
    (tmp_path / "key").write_text("partner-key-of-demo-shop-00001")

    def build(url: str) -> PartnerCalls:
        file = tmp_path / "clients.toml"
        file.write_text(CLIENT.format(url=url))
        return PartnerCalls(ClientRegistry(file), http)

    return build
