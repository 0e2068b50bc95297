"""Connections to checked addresses only: a name is resolved once, every address checked, a checked one connected.

Host header and TLS name stay the name's; only the TCP connection goes to the address. So no second look-up can lead
elsewhere (DNS rebinding), and nothing of the environment (proxies) comes between.
"""

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from ipaddress import ip_address
from typing import Final

import httpcore
import httpx

from activities.addresses import Address, check_addresses
from interline.errors import NotSentError

Resolve = Callable[[str, int], Awaitable[list[Address]]]
SocketOptions = Iterable[tuple[int, int, int] | tuple[int, int, bytes | bytearray] | tuple[int, int, None, int]]

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


class PinnedTransport(httpx.AsyncHTTPTransport):
    """httpx's own transport over a pool that connects to checked addresses only."""

    def __init__(self, *, limits: httpx.Limits, network: "CheckedNetwork", tls: ssl.SSLContext) -> None:
        super().__init__(verify=tls, trust_env=False)
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=tls,
            max_connections=limits.max_connections,
            max_keepalive_connections=limits.max_keepalive_connections,
            keepalive_expiry=limits.keepalive_expiry,
            network_backend=network,
        )


class CheckedNetwork(httpcore.AsyncNetworkBackend):
    """Resolve, check all, connect to one of the checked over the network below."""

    def __init__(self, resolve: Resolve = resolve, below: httpcore.AsyncNetworkBackend | None = None) -> None:
        self._resolve = resolve
        self._network = below or httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109  httpcore's own signature
        local_address: str | None = None,
        socket_options: SocketOptions | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Connect; the other addresses are tried when the first does not answer.

        Raises:
            NotSentError: an address is not public.
            httpcore.ConnectError: none could be connected to.
        """
        addresses = await self._resolve(host, port)
        check_addresses(host, addresses)
        for address in addresses[:-1]:
            try:
                return await self._network.connect_tcp(str(address), port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                continue
        return await self._network.connect_tcp(str(addresses[-1]), port, timeout, local_address, socket_options)

    async def sleep(self, seconds: float) -> None:
        """As the backend below."""
        await self._network.sleep(seconds)
