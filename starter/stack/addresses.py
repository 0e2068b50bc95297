"""The ports of a stack, chosen once and kept, and the addresses made of them."""

import os
import random
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Self

from pydantic import BaseModel, ConfigDict, ValidationError

from starter.stack.errors import StackError
from starter.stack.places import StackDir, write_whole

HOST: Final = "127.0.0.1"
CANDIDATES: Final = range(20_000, 32_000)
"""Below Linux' ephemeral ports (32768 up): an outgoing connection must not take a port that a restart needs again."""
NEEDED: Final = 4


class Ports(BaseModel):
    """One port per listener. `--port-base N` gives N, N+1, N+2, N+3 in this order."""

    model_config = ConfigDict(frozen=True)

    gateway: int
    sandbox: int
    temporal: int
    ui: int

    @classmethod
    def from_base(cls, base: int) -> Self:
        """Four ports in a row."""
        return cls(gateway=base, sandbox=base + 1, temporal=base + 2, ui=base + 3)

    @classmethod
    def free(cls) -> Self:
        """Four ports in a row that nobody listens on now."""
        bases = random.SystemRandom().sample(CANDIDATES, k=200)
        free = (base for base in bases if all(is_free(port) for port in range(base, base + NEEDED)))
        base = next(free, None)
        if base is None:
            raise StackError("no free ports were found: choose them with --port-base N")
        return cls.from_base(base)


def is_free(port: int) -> bool:
    """Nobody listens on this port of the loopback address."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def kept_ports(stack: StackDir, *, base: int | None) -> Ports:
    """The stack's own ports; chosen and written down at its first start.

    Raises:
        StackError: the stack has other ports than the base asked for (its addresses stand in registered URLs).
    """
    wanted = Ports.from_base(base) if base is not None else None
    if not stack.ports.is_file():
        ports = wanted or Ports.free()
        write_whole(stack.ports, ports.model_dump_json())
        return ports
    try:
        ports = Ports.model_validate_json(stack.ports.read_bytes())
    except ValidationError:
        raise StackError(f"{stack.ports} cannot be read: remove it, or choose another --state DIR") from None
    if wanted not in {None, ports}:
        raise StackError(
            f"the stack in {stack.root} keeps its ports from {ports.gateway}: leave out --port-base,"
            " or choose another --state DIR"
        )
    return ports


@dataclass(frozen=True, kw_only=True)
class Addresses:
    """Where each part of a stack is reached. `ui` is empty for a Temporal server that is not ours."""

    gateway: str
    sandbox: str
    temporal: str
    ui: str
    namespace: str

    @classmethod
    def of(cls, ports: Ports, environ: Mapping[str, str] = os.environ) -> Self:
        """A set TEMPORAL_ADDRESS names the server to use; else the stack starts its own."""
        own = "TEMPORAL_ADDRESS" not in environ
        return cls(
            gateway=f"http://{HOST}:{ports.gateway}",
            sandbox=f"http://{HOST}:{ports.sandbox}",
            temporal=f"{HOST}:{ports.temporal}" if own else environ["TEMPORAL_ADDRESS"],
            ui=f"http://{HOST}:{ports.ui}" if own else "",
            namespace="default" if own else environ.get("TEMPORAL_NAMESPACE", "default"),
        )
