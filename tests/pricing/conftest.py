"""A stack whose quotes are soon over, with a second provider for its second client."""

from collections.abc import Iterator

import pytest

from tests.conftest import FAST
from tests.stack.driver import Stack
from tests.time.support import HASTY

QUOTE_SECONDS = 1.0
SECOND_PROVIDER = """
[clients.more_providers.other]
url = "{sandbox}/logistics"
api_key = "file:secrets/{client}/logistics_api_key"
"""
OTHER_HOST = "localhost"
"""The same sandbox under another name, so that its ledger tells who was meant."""


@pytest.fixture(scope="module")
def pricing(tmp_path_factory: pytest.TempPathFactory, environ: dict[str, str]) -> Iterator[Stack]:
    """The first client is asked when a price moves; the second accepts, and compares two providers."""
    short = {**environ, "INTERLINE_QUOTE_VALID_SECONDS": str(QUOTE_SECONDS)}
    with Stack(tmp_path_factory.mktemp("pricing") / "own", short, *FAST) as stack:
        file, client = stack.state / "clients.toml", stack.manifest.clients[1].client_id
        first, rule, second = file.read_text().partition(f'client_id = "{client}"\n')
        sandbox = stack.manifest.sandbox.replace("127.0.0.1", OTHER_HOST)
        more = SECOND_PROVIDER.format(sandbox=sandbox, client=client) + HASTY.removesuffix("\n[[clients]]")
        file.write_text(f'{first}{rule}price_rule = "accept"\n{second}{more}')
        yield stack


@pytest.fixture
def well(pricing: Stack) -> Iterator[Stack]:
    """Without what the test before did."""
    yield pricing
    pricing.no_troubles()
    pricing.manual(on=False)
