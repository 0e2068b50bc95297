"""What a stack writes before it starts: ports, clients, secrets."""

import os
import socket
import stat
from pathlib import Path

import pytest

from interline.names import Signal
from interline.runtime.clients import ClientRegistry, WebhookKind
from starter.stack.addresses import Addresses, Ports, is_free, kept_ports
from starter.stack.clients import Surroundings, api_key, enroll, read_clients
from starter.stack.errors import StackError
from starter.stack.manifest import Manifest
from starter.stack.ownership import owned, stop_leftovers, supervisor_pid
from starter.stack.places import StackDir, last_stack, remember, state_home, write_whole

PORTS = Ports.from_base(20_000)


def a_client(file: Path, client_id: str = "demo-shop") -> None:
    addresses = Addresses.of(PORTS, {})
    around = Surroundings.in_sandbox(client_id, gateway=addresses.gateway, sandbox=addresses.sandbox)
    enroll(file, client_id=client_id, name='The "Shop"', around=around)


def test_an_enrolled_client_is_one_the_registry_knows(tmp_path: Path) -> None:
    file = tmp_path / "clients.toml"
    a_client(file)
    a_client(file, "demo-market")

    registry = ClientRegistry(file)
    found = registry.by_api_key(api_key(file, "demo-shop") or "")
    assert found
    key, client = found
    assert key.id == "first"
    assert (client.client_id, client.name) == ("demo-shop", 'The "Shop"')
    assert set(client.webhooks) == set(WebhookKind)
    assert set(client.webhooks_in) == set(Signal)
    assert client.webhooks_in[Signal.GOODS_ISSUED].registered_url.endswith("/webhooks/demo-shop/fulfillment/pgi")


def test_each_webhook_endpoint_of_an_enrolled_client_has_a_secret_of_its_own(tmp_path: Path) -> None:
    file = tmp_path / "clients.toml"
    a_client(file)
    a_client(file, "demo-market")

    endpoints = [endpoint for client in read_clients(file) for endpoint in client.webhooks.values()]
    assert len({endpoint.secrets[0].get_secret_value() for endpoint in endpoints}) == len(endpoints) == 4


def test_no_secret_stands_in_the_settings_file(tmp_path: Path) -> None:
    file = tmp_path / "clients.toml"
    a_client(file)

    for path in (tmp_path / "secrets").rglob("*"):
        if path.is_file():
            assert path.read_text() not in file.read_text()
            assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_client_is_enrolled_once(tmp_path: Path) -> None:
    a_client(tmp_path / "clients.toml")

    with pytest.raises(StackError, match="already"):
        a_client(tmp_path / "clients.toml")


def test_a_broken_settings_file_is_named_without_its_values(tmp_path: Path) -> None:
    file = tmp_path / "clients.toml"
    file.write_text('[[clients]]\nclient_id = "UPPER"\nname = "n"\napi_keys = []\npartners = {}\n')

    with pytest.raises(StackError, match=r"clients\.0\.client_id") as caught:
        read_clients(file)
    assert "UPPER" not in str(caught.value)


def test_the_manifest_tells_each_client_its_own_secrets(tmp_path: Path) -> None:
    file = tmp_path / "clients.toml"
    a_client(file)
    a_client(file, "demo-market")
    clients = [(client, api_key(file, client.client_id) or "") for client in read_clients(file)]

    manifest = Manifest.of(Addresses.of(PORTS, {}), clients, {"worker": 1})

    secrets = {webhook.secret for client in manifest.clients for webhook in client.webhooks_in.values()}
    assert len(secrets) == 6  # two clients, three senders
    assert manifest.partners["oms"].webhooks["order_confirmed"] == manifest.clients[0].webhooks_in["order_confirmed"]


def test_ports_are_kept(tmp_path: Path) -> None:
    stack = StackDir(tmp_path)
    chosen = kept_ports(stack, base=None)

    assert kept_ports(stack, base=None) == chosen
    assert kept_ports(stack, base=chosen.gateway) == chosen
    with pytest.raises(StackError, match="--port-base"):
        kept_ports(stack, base=chosen.gateway + 1)


def test_a_port_somebody_listens_on_is_not_free() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        assert not is_free(listener.getsockname()[1])


def test_a_server_of_somebody_else_is_used_as_it_is() -> None:
    addresses = Addresses.of(PORTS, {"TEMPORAL_ADDRESS": "temporal.example:7233", "TEMPORAL_NAMESPACE": "orders"})

    assert (addresses.temporal, addresses.namespace, addresses.ui) == ("temporal.example:7233", "orders", "")


def test_one_supervisor_per_directory(tmp_path: Path) -> None:
    stack = StackDir(tmp_path)
    with owned(stack):
        assert supervisor_pid(stack) == os.getpid()
        with pytest.raises(StackError, match="already"), owned(stack):
            pass
    assert supervisor_pid(stack) is None


def test_a_process_that_is_not_ours_is_left_alone(tmp_path: Path) -> None:
    stack = StackDir(tmp_path)
    write_whole(stack.manifest, f'{{"pids": {{"worker": {os.getpid()}}}}}')

    stop_leftovers(stack)  # it would end this very test


@pytest.mark.parametrize(
    ("environ", "home"),
    [
        ({"XDG_STATE_HOME": "/state"}, "/state/interline"),
        ({"XDG_STATE_HOME": "relative", "HOME": "/home/me"}, "/home/me/.local/state/interline"),
        ({"XDG_STATE_HOME": "", "HOME": "/home/me"}, "/home/me/.local/state/interline"),
    ],
)
def test_state_lives_where_xdg_says(environ: dict[str, str], home: str) -> None:
    assert state_home(environ) == Path(home)


def test_an_empty_home_is_looked_up(tmp_path: Path) -> None:
    assert state_home({"HOME": ""}).is_absolute()


def test_the_last_stack_is_remembered(tmp_path: Path) -> None:
    environ = {"XDG_STATE_HOME": str(tmp_path)}
    assert last_stack(environ) is None

    remember(StackDir(tmp_path / "a"), environ)
    remember(StackDir(tmp_path / "b"), environ)

    assert last_stack(environ) == StackDir(tmp_path / "b")
