"""The one place that sends. Every failure leaves here as a `PartnerCallError` with its outcome decided."""

import asyncio
import os
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final, Self
from urllib.parse import urlsplit

import aiohttp
import certifi
import structlog
from yarl import URL

from activities.pinning import CheckedNetwork
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
CONNECTIONS_PER_DESTINATION: Final = 100
KEPT_SECONDS: Final = 15
"""An unused connection."""
HEADERS: Final = {"accept": "*/*", "accept-encoding": "identity", "user-agent": "interline"}
_NOT_SENT: Final = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError)
_MISCONFIGURED: Final = (aiohttp.InvalidURL, aiohttp.NonHttpUrlClientError, ValueError)
"""The last: what stands in the settings makes no header."""


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
        self._tls = tls or ssl.create_default_context(cafile=certifi.where())
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
        """Ready to send, in the loop that is running."""
        checked = {"resolver": self._checked, "socket_factory": self._checked.open}
        self._free, self._public = self._session(), self._session(**checked)
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close all connections, after the worker has stopped."""
        await asyncio.gather(self._free.close(), self._public.close())

    async def _send(self, request: Outgoing, budget_seconds: float) -> Answer:
        if not _is_usable(request.url):
            raise RefusedError(f"{request.who}: the configured address is unusable")
        try:
            async with asyncio.timeout(budget_seconds):
                return await self._exchange(request, min(CONNECT_SECONDS, budget_seconds * CONNECT_SHARE))
        except _NOT_SENT as error:
            raise _not_sent(request, error) from None
        except TimeoutError:
            raise UnknownError(f"{request.who} did not answer within {budget_seconds:g} s") from None
        except _MISCONFIGURED as error:
            raise RefusedError(f"{request.who}: the configured address is unusable ({type(error).__name__})") from None
        except aiohttp.ClientError as error:
            raise UnknownError(f"{request.who} broke off ({type(error).__name__})") from None

    async def _exchange(self, request: Outgoing, connect_seconds: float) -> Answer:
        session = self._public if request.public_only else self._free
        async with session.request(
            request.method,
            URL(request.url),
            headers=request.headers,
            data=request.body or None,
            timeout=aiohttp.ClientTimeout(total=None, connect=connect_seconds),
            allow_redirects=False,
        ) as response:
            body = await _read(response, request)
        told = response.headers.get
        return Answer(response.status, body, retry_after(told("retry-after"), says=told("date")))

    def _session(self, **network: Any) -> aiohttp.ClientSession:  # noqa: ANN401  the connector's own, passed on
        """Connections of its own for each destination; nothing remembered but them."""
        session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                ssl=self._tls,
                limit=0,
                limit_per_host=CONNECTIONS_PER_DESTINATION,
                keepalive_timeout=KEPT_SECONDS,
                use_dns_cache=False,
                **network,
            ),
            headers=HEADERS,
            skip_auto_headers=("content-type",),
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            trust_env=False,
        )
        session._retry_connection = False  # noqa: SLF001  a PUT is not sent twice behind our back; as its own test client
        return session


def _not_sent(request: Outgoing, error: BaseException) -> NotSentError:
    """Why no connection came about. One that cannot be trusted is an alarm: somebody else may be answering."""
    cause = error.__cause__
    if not isinstance(cause, ssl.SSLError):
        return NotSentError(f"{request.who} cannot be reached ({_unreached(error)})")
    why = getattr(cause, "verify_message", "") or getattr(cause, "reason", "") or "the handshake broke off"
    log.error("partner.tls_failed", partner=request.who, destination=destination_of(request.url), why=why)
    return TlsError(f"{request.who} cannot be trusted: TLS failed ({why})")


def _unreached(error: BaseException) -> str:
    """In the words of the fault below, if it has any."""
    cause = error.__cause__
    if isinstance(cause, socket.gaierror):
        return "its name is not known"
    if isinstance(cause, OSError) and cause.errno:
        return os.strerror(cause.errno).lower()
    return "no connection in time" if isinstance(error, TimeoutError) else type(error).__name__


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
        return bool(parts.hostname) and parts.port != 0 and url.isprintable() and " " not in url
    except ValueError:
        return False


async def _read(response: aiohttp.ClientResponse, request: Outgoing) -> bytes:
    chunks = bytearray()
    async for chunk in response.content.iter_any():
        chunks += chunk
        if len(chunks) > request.largest_answer_bytes:
            if request.cut_answer:
                break
            raise UnknownError(f"{request.who} sent more than {request.largest_answer_bytes} bytes")
    return bytes(chunks[: request.largest_answer_bytes])
