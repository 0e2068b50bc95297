"""From the wishes of `interline up` to a running stack."""

import asyncio
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from interline.runtime.temporal_server import NoTemporalServerError, find_or_build
from starter.stack.addresses import Addresses, Ports, is_free, kept_ports
from starter.stack.clients import DEMO_CLIENTS, Surroundings, enroll
from starter.stack.errors import StackError
from starter.stack.manifest import Manifest
from starter.stack.ownership import owned
from starter.stack.parts import SHORT_SCHEDULE_SECONDS, Site
from starter.stack.places import StackDir, remember
from starter.stack.readiness import until
from starter.stack.secrets import ensure_sealing_key
from starter.stack.supervisor import Supervisor, Wishes

PORT_SECONDS: Final = 5.0


@dataclass(frozen=True, kw_only=True)
class Launch:
    """One `interline up`."""

    stack: StackDir
    port_base: int | None = None
    restarts: bool = True
    pace_seconds: float = 1.0
    schedule_seconds: Sequence[float] = SHORT_SCHEDULE_SECONDS
    detours: Mapping[str, str] = field(default_factory=dict)
    """`worker` and `gateway`: the address where that part reaches Temporal. `oms`, `wms`, `logistics`, `webhook`: the
    address where the sandbox is reached for it (at the stack's first start)."""


def run(launch: Launch, *, tell: Callable[[str], None], on_ready: Callable[[Manifest], None]) -> None:
    """Run a stack until a signal stops it. What its directory holds is used again: ids, keys, ports, data.

    Raises:
        StackError: it cannot run, with the fix.
    """
    launch.stack.create()
    with owned(launch.stack):
        site = settle(launch)
        wishes = Wishes(temporal=_binary(site, tell), restarts=launch.restarts, pace_seconds=launch.pace_seconds)
        remember(launch.stack, os.environ)
        supervisor = Supervisor(site, wishes, environ=os.environ, tell=tell)
        asyncio.run(supervisor.run(on_ready))


def settle(launch: Launch) -> Site:
    """The stack's ports and clients; made at its first start."""
    ports = kept_ports(launch.stack, base=launch.port_base)
    _refuse_taken(ports, launch.stack)
    addresses = Addresses.of(ports)
    ensure_sealing_key(launch.stack.root / "secrets")
    if not launch.stack.clients.is_file():
        for client_id, name in DEMO_CLIENTS.items():
            around = _around(client_id, addresses, launch)
            enroll(launch.stack.clients, client_id=client_id, name=name, around=around, one_webhook_secret=True)
    return Site(
        stack=launch.stack,
        ports=ports,
        addresses=addresses,
        schedule_seconds=launch.schedule_seconds,
        detours=launch.detours,
    )


def _around(client_id: str, addresses: Addresses, launch: Launch) -> Surroundings:
    """All in the sandbox, what has a detour by its detour."""
    direct = Surroundings.in_sandbox(client_id, gateway=addresses.gateway, sandbox=addresses.sandbox)
    changed = {
        partner: getattr(direct, partner).replace(addresses.sandbox, f"http://{launch.detours[partner]}", 1)
        for partner in ("oms", "wms", "logistics", "webhook")
        if partner in launch.detours
    }
    return replace(direct, **changed)


def _refuse_taken(ports: Ports, stack: StackDir) -> None:
    async def all_free() -> bool:
        return not _taken(ports)

    # What a killed stack left behind may take a moment to go.
    if not asyncio.run(until(all_free, timeout_seconds=PORT_SECONDS)):
        taken = ", ".join(map(str, _taken(ports)))
        raise StackError(
            f"port {taken} of the stack in {stack.root} is used by another program:"
            " stop that, or choose another --state DIR"
        )


def _taken(ports: Ports) -> list[int]:
    return [port for port in ports.model_dump().values() if not is_free(port)]


def _binary(site: Site, tell: Callable[[str], None]) -> Path | None:
    if not site.addresses.ui:
        tell(f"using the Temporal server at {site.addresses.temporal} (TEMPORAL_ADDRESS)")
        return None
    try:
        return find_or_build(tell)
    except NoTemporalServerError as error:
        raise StackError(str(error)) from None
