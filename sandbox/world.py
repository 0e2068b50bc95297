"""What all parts of the sandbox share."""

from dataclasses import dataclass

from sandbox.config import SandboxConfig
from sandbox.ledger import Ledger
from sandbox.outbox import Outbox
from sandbox.records import Records
from sandbox.store import Store
from sandbox.switches import Switches
from sandbox.troubles import Troubles


@dataclass(frozen=True, slots=True)
class World:
    """The configuration and the stored state, by what it is about."""

    config: SandboxConfig
    store: Store
    ledger: Ledger
    records: Records
    outbox: Outbox
    switches: Switches
    troubles: Troubles


def open_world(config: SandboxConfig) -> World:
    """Open the state in `config.state_dir`, made when it is not there."""
    store = Store(config.state_dir / "sandbox.sqlite3")
    return World(
        config=config,
        store=store,
        ledger=Ledger(store),
        records=Records(store),
        outbox=Outbox(store),
        switches=Switches(store, config),
        troubles=Troubles(store),
    )
