"""The one place that sends. Every failure leaves here as a `PartnerCallError` with its outcome decided."""

import asyncio
import os
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final, Self
from urllib.parse import urlsplit

import httpx
import structlog

from activities.pinning import CheckedNetwork, PinnedTransport
from interline.errors import (
    LONGEST_WAIT_SECONDS,
    BusyError,
    NotSentError,
    RefusedError,
    TlsError,
    UnknownError,
)

log = structlog.get_logger()

LOCAL_TRIES_PER_DESTINATION: Final = 10
LARGEST_ANSWER_BYTES: Final = 1024 * 1024
CONNECT_SECONDS: Final = 3.0
CONNECT_SHARE: Final = 0.5
"""At most so much of a short budget: what fails while connecting certainly sent nothing, which is worth knowing."""
LIMITS: Final = httpx.Limits(max_connections=100, max_keepalive_connections=20, keepalive_expiry=15)
_NOT_SENT: Final = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
_MISCONFIGURED: Final = (httpx.InvalidURL, httpx.UnsupportedProtocol)


@dataclass(frozen=True)
class Outgoing:
    """One request. `body` is sent as it stands: what is signed is what is sent."""

    who: str
    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)
    largest_answer_bytes: int = LARGEST_ANSWER_BYTES
    cut_answer: bool = False
    """Keep the first bytes of a longer answer instead of calling it an unknown outcome."""
    public_only: bool = False
    """The address was chosen by somebody outside: connect to checked public addresses only."""


@dataclass(frozen=True)
class Answer:
    """What came back, within the size limit."""

    status: int
    body: bytes = field(repr=False)
    retry_after_seconds: float | None = None


class Http:
    """Pooled connections per destination, a total deadline per call, bounded answers, no redirects, no own retries."""

    def __init__(self, *, checked: CheckedNetwork | None = None, tls: ssl.SSLContext | None = None) -> None:
        self._checked = checked or CheckedNetwork()
        self._tls = tls or httpx.create_ssl_context(trust_env=False)
        self._pools: dict[tuple[str, bool], httpx.AsyncClient] = {}
        self._local_tries: dict[tuple[str, str], int] = {}
        """By partner and destination: partners of one host do not wait for each other."""

    async def send(self, request: Outgoing, *, budget_seconds: float, local: bool = False) -> Answer:
        """Send once.

        Raises:
            PartnerCallError: one of its kinds, whatever went wrong before a whole answer was here.
        """
        if not local:
            return await self._send(request, budget_seconds)
        destination = (request.who, destination_of(request.url))
        flying = self._local_tries.get(destination, 0)
        if flying >= LOCAL_TRIES_PER_DESTINATION:
            raise BusyError(f"{request.who}: {flying} first tries are in flight already")
        self._local_tries[destination] = flying + 1
        try:
            return await self._send(request, budget_seconds)
        finally:
            self._local_tries[destination] -= 1

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close all connections, after the worker has stopped."""
        await asyncio.gather(*(pool.aclose() for pool in self._pools.values()))

    async def _send(self, request: Outgoing, budget_seconds: float) -> Answer:
        if not _is_usable(request.url):
            raise RefusedError(f"{request.who}: the configured address is unusable")
        try:
            async with asyncio.timeout(budget_seconds):
                return await self._exchange(request, min(CONNECT_SECONDS, budget_seconds * CONNECT_SHARE))
        except TimeoutError:
            raise UnknownError(f"{request.who} did not answer within {budget_seconds:g} s") from None
        except _NOT_SENT as error:
            raise _not_sent(request, error) from None
        except _MISCONFIGURED as error:
            raise RefusedError(f"{request.who}: the configured address is unusable ({type(error).__name__})") from None
        except httpx.HTTPError as error:
            raise UnknownError(f"{request.who} broke off ({type(error).__name__})") from None

    async def _exchange(self, request: Outgoing, connect_seconds: float) -> Answer:
        pool = self._pool(destination_of(request.url), public_only=request.public_only)
        limits = httpx.Timeout(None, connect=connect_seconds, pool=connect_seconds)
        async with pool.stream(
            request.method, request.url, headers=dict(request.headers), content=request.body, timeout=limits
        ) as response:
            body = await _read(response, request)
        told = response.headers.get
        return Answer(response.status_code, body, retry_after(told("retry-after"), says=told("date")))

    def _pool(self, destination: str, *, public_only: bool) -> httpx.AsyncClient:
        if (destination, public_only) not in self._pools:
            pinned = PinnedTransport(limits=LIMITS, network=self._checked, tls=self._tls) if public_only else None
            self._pools[destination, public_only] = httpx.AsyncClient(
                limits=LIMITS,
                verify=self._tls,
                transport=pinned,
                follow_redirects=False,
                trust_env=False,
                headers={"accept-encoding": "identity", "user-agent": "interline"},
            )
        return self._pools[destination, public_only]


def _not_sent(request: Outgoing, error: BaseException) -> NotSentError:
    """Why no connection came about. One that cannot be trusted is an alarm: somebody else may be answering."""
    cause: BaseException | None = error
    while cause and not isinstance(cause, ssl.SSLError):
        cause = cause.__cause__ or cause.__context__
    if cause is None:
        return NotSentError(f"{request.who} cannot be reached ({_unreached(error)})")
    why = getattr(cause, "verify_message", "") or getattr(cause, "reason", "") or "the handshake broke off"
    log.error("partner.tls_failed", partner=request.who, destination=destination_of(request.url), why=why)
    return TlsError(f"{request.who} cannot be trusted: TLS failed ({why})")


def _unreached(error: BaseException) -> str:
    """In the words of the innermost fault that has any."""
    cause: BaseException | None = error
    while cause:
        if isinstance(cause, socket.gaierror):
            return "its name is not known"
        if isinstance(cause, OSError) and cause.errno:
            return os.strerror(cause.errno).lower()
        cause = cause.exceptions[0] if isinstance(cause, BaseExceptionGroup) else cause.__cause__ or cause.__context__
    return "no connection in time" if isinstance(error, httpx.TimeoutException) else type(error).__name__


def retry_after(value: str | None, *, says: str | None = None) -> float | None:
    """Seconds of a Retry-After header (seconds or HTTP date), clamped to 1 s … 24 h; None where it says nothing.

    A date is by the partner's clock, which may be wrong; so is `says`, the `Date` of the same answer.
    """
    if not value:
        return None
    try:
        seconds = float(value) if value.strip().isascii() and value.strip().isdigit() else _until(value, says)
    except (ValueError, TypeError, OverflowError):
        return None
    return min(max(seconds, 1.0), LONGEST_WAIT_SECONDS)


def _until(date: str, says: str | None) -> float:
    try:
        now = parsedate_to_datetime(says) if says else datetime.now(UTC)
    except ValueError:
        now = datetime.now(UTC)
    return (parsedate_to_datetime(date).astimezone(UTC) - now.astimezone(UTC)).total_seconds()


def destination_of(url: str) -> str:
    """Scheme, host and port of an address: what shares a pool, a bulkhead, a breaker. An unusable one is its own."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    return f"{parts.scheme}://{parts.netloc}"


def _is_usable(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


async def _read(response: httpx.Response, request: Outgoing) -> bytes:
    chunks = bytearray()
    async for chunk in response.aiter_raw():
        chunks += chunk
        if len(chunks) > request.largest_answer_bytes:
            if request.cut_answer:
                break
            raise UnknownError(f"{request.who} sent more than {request.largest_answer_bytes} bytes")
    return bytes(chunks[: request.largest_answer_bytes])
