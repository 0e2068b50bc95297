"""Connections to checked addresses only: a name is resolved once, every address checked, a checked one connected.

Host header and TLS name stay the name's; only the TCP connection goes to the address. So no second look-up can lead
elsewhere (DNS rebinding), and nothing of the environment (proxies) comes between.
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from ipaddress import ip_address
from typing import Final

from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.connector import AddrInfoType

from activities.addresses import Address, check_addresses
from interline.errors import NotSentError

Resolve = Callable[[str, int], Awaitable[list[Address]]]
OpenSocket = Callable[[AddrInfoType], socket.socket]

_LOOK_UPS: Final = ThreadPoolExecutor(max_workers=256, thread_name_prefix="dns")
"""Of their own, one for each call that can be under way: a name server that hangs must not hold up other names."""


async def resolve(host: str, port: int) -> list[Address]:
    """The system's answer.

    Raises:
        NotSentError: the name leads nowhere.
    """
    loop = asyncio.get_running_loop()
    try:
        found = await loop.run_in_executor(_LOOK_UPS, _look_up, host, port)
    except socket.gaierror:
        raise NotSentError(f"{host} is not known to the name servers") from None
    return list(dict.fromkeys(found))


def _look_up(host: str, port: int) -> list[Address]:
    answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [ip_address(str(sockaddr[0])) for *_, sockaddr in answers]


def open_socket(where: AddrInfoType) -> socket.socket:
    """The system's."""
    family, kind, protocol, _, _ = where
    return socket.socket(family, kind, protocol)


class CheckedNetwork(AbstractResolver):
    """aiohttp's view of the network: names as their checked addresses, sockets for checked addresses."""

    def __init__(self, resolve: Resolve = resolve, below: OpenSocket = open_socket) -> None:
        self._resolve = resolve
        self._below = below

    async def resolve(
        self,
        host: str,
        port: int = 0,
        family: socket.AddressFamily = socket.AF_UNSPEC,  # noqa: ARG002  aiohttp's own signature
    ) -> list[ResolveResult]:
        """All addresses of the name, of either family.

        Raises:
            NotSentError: there is none, or one of them is not public.
        """
        addresses = await self._resolve(host, port)
        check_addresses(host, addresses)
        return [_known(host, address, port) for address in addresses]

    def open(self, where: AddrInfoType) -> socket.socket:
        """A socket for this very address. One that stands in the URL itself meets no resolver, and is checked here.

        Raises:
            NotSentError: it is not public.
        """
        address = str(where[4][0])
        check_addresses(address, [ip_address(address)])
        return self._below(where)

    async def close(self) -> None:
        """Nothing is kept."""


def _known(host: str, address: Address, port: int) -> ResolveResult:
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6  # noqa: PLR2004  IPv4
    flags = socket.AI_NUMERICHOST | socket.AI_NUMERICSERV
    return ResolveResult(hostname=host, host=str(address), port=port, family=family, proto=0, flags=flags)
