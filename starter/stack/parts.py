"""The four processes of a stack: how each is started and with which environment."""

import json
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from interline.runtime.temporal_server import start_command
from starter.stack.addresses import HOST, Addresses, Ports
from starter.stack.places import StackDir
from starter.stack.secrets import SEALING_KEY

SHORT_SCHEDULE_SECONDS: Final = (1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0, 60.0, 60.0)
"""Pauses between tries of a client webhook in a local stack; production's are in `interline.domain.policy`."""
OWNER_VARIABLE: Final = "INTERLINE_STACK_CHILD"
"""Marks a process as belonging to the stack in that directory."""
MODULES: Final = {"worker": "worker", "gateway": "starter.gateway", "sandbox": "sandbox"}


@dataclass(frozen=True, kw_only=True)
class Part:
    """One process of a stack."""

    name: str
    argv: Sequence[str | Path]
    environ: Mapping[str, str]
    log: Path
    cwd: Path
    grace_seconds: float


@dataclass(frozen=True, kw_only=True)
class Site:
    """A state directory with the addresses of its parts."""

    stack: StackDir
    ports: Ports
    addresses: Addresses
    schedule_seconds: Sequence[float] = SHORT_SCHEDULE_SECONDS
    detours: Mapping[str, str] = field(default_factory=dict)
    """Where a part reaches Temporal instead, by the part's name: through a bad network, in tests."""


def python_argv(name: str, stack: StackDir | None) -> list[str | Path]:
    """How one of our own processes is started. `-P`: nothing in the working directory shadows our modules."""
    config: list[str | Path] = ["--config", stack.sandbox] if stack and name == "sandbox" else []
    return [sys.executable, "-P", "-m", MODULES[name], *config]


def environ(site: Site, outer: Mapping[str, str]) -> dict[str, str]:
    """The environment of our own processes: the stack's server and clients, whatever else the user has configured."""
    return {
        **_connection(site, outer),
        "INTERLINE_CLIENTS_FILE": str(site.stack.clients),
        "INTERLINE_HOST": HOST,
        "INTERLINE_PORT": str(site.ports.gateway),
        "INTERLINE_PUBLIC_URL": site.addresses.gateway,
        "INTERLINE_ALLOW_PRIVATE_WEBHOOKS": "true",
        "INTERLINE_SECRETS_KEY": f"file:secrets/{SEALING_KEY}",
        "INTERLINE_DELIVERY_SCHEDULE_SECONDS": json.dumps(list(site.schedule_seconds)),
    }


def _connection(site: Site, outer: Mapping[str, str]) -> dict[str, str]:
    """Somebody else's server keeps its own settings; ours knows no profile, key or certificate of the user's."""
    if outer.get("TEMPORAL_ADDRESS") == site.addresses.temporal:
        return dict(outer)
    return {
        **{name: value for name, value in outer.items() if not name.startswith("TEMPORAL_")},
        "TEMPORAL_CONFIG_FILE": os.devnull,
        "TEMPORAL_ADDRESS": site.addresses.temporal,
        "TEMPORAL_NAMESPACE": site.addresses.namespace,
    }


def own_part(name: str, site: Site, outer: Mapping[str, str]) -> Part:
    """Worker, gateway or sandbox. Worker and gateway finish what they have begun when told to stop."""
    log = site.stack.log(name)
    detour = {"TEMPORAL_ADDRESS": site.detours[name]} if name in site.detours else {}
    own = {"INTERLINE_LOG_FILE": str(log), OWNER_VARIABLE: str(site.stack.root)}
    return Part(
        name=name,
        argv=python_argv(name, site.stack),
        environ={**environ(site, outer), **detour, **own},
        log=log,
        cwd=site.stack.root,
        grace_seconds=5.0 if name == "sandbox" else 30.0,
    )


def temporal_part(binary: Path, site: Site, outer: Mapping[str, str]) -> Part:
    """The development server on the stack's own database."""
    return Part(
        name="temporal",
        argv=start_command(
            binary.absolute(), port=site.ports.temporal, ui_port=site.ports.ui, db_file=site.stack.database
        ),
        environ={**outer, OWNER_VARIABLE: str(site.stack.root)},
        log=site.stack.log("temporal"),
        cwd=site.stack.root,
        grace_seconds=10.0,
    )
