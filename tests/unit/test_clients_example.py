"""`docs/clients.example.toml` is the manual of the clients' file: it parses, shows every setting, and lies nowhere."""

import re
import tomllib
from pathlib import Path

import pytest
from pydantic import BaseModel, ValidationError

from interline.contracts.partner_events import ROUTES
from interline.names import Partner, Signal
from interline.runtime.business_days import BusinessDays
from interline.runtime.clients import (
    ApiKey,
    Client,
    ClientsFile,
    Endpoint,
    Inbound,
    PartnerAccount,
    PartnerSecret,
    Sku,
    Verifier,
    WebhookKind,
    parse_clients,
)

TEXT = (Path(__file__).parents[2] / "docs" / "clients.example.toml").read_text()
SHOWN: list[type[BaseModel]] = [Client, BusinessDays, ApiKey, Endpoint, PartnerAccount, Inbound, PartnerSecret, Sku]
DEFAULT = re.compile(r"^# (\w+) = ([^#\n]+)", re.MULTILINE)


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> ClientsFile:
    """The example with every secret it refers to."""
    for name in re.findall(r'"env:(\w+)"', TEXT):
        monkeypatch.setenv(name, f"secret of {name}")
    for path in re.findall(r'"file:([^"]+)"', TEXT):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text("secret in a file")
    return parse_clients(tomllib.loads(TEXT), base=tmp_path)


def test_it_parses(parsed: ClientsFile) -> None:
    [client] = parsed.clients
    assert set(client.webhooks) == set(WebhookKind)
    assert set(client.partners) == set(Partner) - {Partner.CLIENT_PLATFORM}
    assert set(client.webhooks_in) == set(Signal)


def test_each_webhook_endpoint_has_a_secret_of_its_own(parsed: ClientsFile) -> None:
    [client] = parsed.clients
    assert len({endpoint.secrets[0].get_secret_value() for endpoint in client.webhooks.values()}) == len(WebhookKind)


def test_secrets_stay_out_of_it(tmp_path: Path) -> None:
    with pytest.raises(ValidationError, match="env:TOKO_BARU"):
        parse_clients(tomllib.loads(TEXT), base=tmp_path)


@pytest.mark.parametrize("model", SHOWN)
def test_every_setting_is_shown(model: type[BaseModel]) -> None:
    """A new field belongs into docs/clients.example.toml, commented out with its default where it has one."""
    missing = [name for name in model.model_fields if not re.search(rf"\b{name}\b", TEXT)]
    assert missing == []


def test_what_is_commented_out_is_the_default() -> None:
    told = {name: tomllib.loads(f"{name} = {value}")[name] for name, value in DEFAULT.findall(TEXT)}
    del told["rate_per_second"]  # the one that has no default, and says so
    fields = {**Endpoint.model_fields, **PartnerAccount.model_fields, **Client.model_fields}
    assert told == {name: fields[name].default for name in told}


def test_every_verifier_and_address_is_named() -> None:
    assert [value for value in Verifier if value not in TEXT] == []
    assert [path for path in ROUTES if path not in TEXT] == []
