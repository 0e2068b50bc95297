"""Every way in which sending can fail, on a real socket, and the class it gets (reliability §7.4, OUT-01 to OUT-04)."""

import asyncio
import contextlib
import re
import socket
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from time import monotonic

import pytest
import structlog

from activities.http import LARGEST_ANSWER_BYTES, LOCAL_TRIES_PER_DESTINATION, Answer, Http, Outgoing, retry_after
from interline.errors import (
    BusyError,
    NotSentError,
    PartnerCallError,
    RefusedError,
    TlsError,
    UnknownError,
    from_status,
)
from tests.activities.certificates import Authority
from tests.activities.raw_server import (
    HEAD,
    Behaviour,
    Endless,
    answers,
    drips,
    hangs,
    raw_server,
    resets,
    sends,
)

BUDGET_SECONDS = 0.4


@pytest.fixture
async def http() -> AsyncIterator[Http]:
    async with Http() as sender:
        yield sender


async def send(http: Http, url: str, *, budget_seconds: float = BUDGET_SECONDS, local: bool = False) -> Answer:
    request = Outgoing("oms", "POST", f"{url}/path", {"x-api-key": "secret-key"}, b'{"name": "Canary"}')
    return await http.send(request, budget_seconds=budget_seconds, local=local)


async def failure(http: Http, url: str) -> PartnerCallError:
    """The error of one sending; it names partner and kind, never what was sent."""
    with pytest.raises(PartnerCallError) as caught:
        await send(http, url)
    assert "oms" in str(caught.value)
    assert not any(secret in repr(caught.value) for secret in ("Canary", "secret-key"))
    return caught.value


@contextlib.asynccontextmanager
async def speaks_first(greeting: bytes) -> AsyncIterator[str]:
    """Not a server of ours: it greets, and waits."""

    async def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(greeting)
        with contextlib.suppress(ConnectionError):
            await reader.read()
            await reader.read()
        writer.close()

    async with await asyncio.start_server(greet, "127.0.0.1", 0) as server:
        yield "https://{}:{}".format(*server.sockets[0].getsockname())


def an_unused_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def test_an_answer_is_returned_with_its_status_and_body(http: Http) -> None:
    async with raw_server(answers(202, b'{"ok":1}', "retry-after: 7\r\n")) as server:
        answer = await send(http, server.url)
    assert (answer.status, answer.body, answer.retry_after_seconds) == (202, b'{"ok":1}', 7.0)
    assert b"accept-encoding: identity" in server.requests[0].lower(), "no compressed bomb is asked for"


async def test_refused_means_nothing_was_sent(http: Http) -> None:
    refused = await failure(http, f"http://127.0.0.1:{an_unused_port()}")
    assert isinstance(refused, NotSentError)
    assert str(refused).endswith("cannot be reached (connection refused)")


async def test_an_unknown_name_means_nothing_was_sent(http: Http) -> None:
    unknown = await failure(http, "http://no-such-host.invalid")
    assert isinstance(unknown, NotSentError)
    assert str(unknown).endswith("cannot be reached (its name is not known)")


async def test_tls_to_a_server_that_speaks_none_means_nothing_was_sent(http: Http) -> None:
    async with speaks_first(b"220 mail.example ESMTP\r\n") as url:
        assert isinstance(await failure(http, url), TlsError)


async def test_a_handshake_that_never_ends_means_nothing_was_sent(http: Http) -> None:
    async with speaks_first(b"") as url:
        hung = await failure(http, url)
    assert type(hung) is NotSentError
    assert str(hung).endswith("cannot be reached (no connection in time)")


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ("nobody trusts it", "unable to get local issuer"),
        ("expired", "certificate has expired"),
        ("another host", "IP address mismatch"),
    ],
)
async def test_a_certificate_that_cannot_be_trusted_means_nothing_was_sent_and_an_alarm(
    tmp_path: Path, wrong: str, why: str
) -> None:
    authority, stranger = Authority(tmp_path), Authority(tmp_path)
    bad = {
        "nobody trusts it": stranger.server(),
        "expired": authority.server(valid=timedelta(days=-1)),
        "another host": authority.server(address="192.0.2.1"),
    }[wrong]
    async with Http(tls=authority.trusting) as http, raw_server(answers(), tls=bad) as server:
        with structlog.testing.capture_logs() as lines:
            error = await failure(http, server.url)
    assert isinstance(error, TlsError)
    assert re.search(why, str(error))
    assert server.requests == []
    assert [(line["event"], line["log_level"], line["partner"]) for line in lines] == [
        ("partner.tls_failed", "error", "oms")
    ]


async def test_a_certificate_that_can_be_trusted_is(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    async with Http(tls=authority.trusting) as http, raw_server(answers(), tls=authority.server()) as server:
        assert (await send(http, server.url)).status == 200


@pytest.mark.parametrize(
    "url", ["ftp://127.0.0.1", "no-scheme", "http://127.0.0.1:99999", "http://[::1", "http://a\tb"]
)
async def test_an_unusable_address_is_refused_for_good(http: Http, url: str) -> None:
    assert isinstance(await failure(http, url), RefusedError)


@pytest.mark.parametrize(
    "behaviour",
    [
        pytest.param(hangs, id="no answer"),
        pytest.param(drips, id="drip"),
        pytest.param(resets(), id="RST before the answer"),
        pytest.param(sends(b""), id="FIN before the answer"),
        pytest.param(resets(HEAD + b"content-length: 100\r\n\r\n{"), id="RST inside the body"),
        pytest.param(sends(HEAD + b"content-length: 100\r\n\r\n{"), id="FIN inside the body"),
        pytest.param(sends(HEAD + b"transfer-encoding: chunked\r\n\r\n5\r\n{"), id="cut chunk"),
        pytest.param(sends(HEAD + b"transfer-encoding: chunked\r\n\r\nxyz\r\n"), id="garbage chunk"),
        pytest.param(sends(b"SSH-2.0-OpenSSH_9.2\r\n\r\n"), id="garbage status line"),
        pytest.param(sends(HEAD + b"x: " + b"a" * 200_000 + b"\r\n\r\n"), id="200 KB header"),
        pytest.param(Endless(), id="endless body"),
    ],
)
async def test_anything_else_that_breaks_leaves_the_outcome_unknown(http: Http, behaviour: Behaviour) -> None:
    started = monotonic()
    async with raw_server(behaviour) as server:
        error = await failure(http, server.url)
    assert type(error) is UnknownError
    assert monotonic() - started < BUDGET_SECONDS + 0.5, "the total deadline holds"
    assert len(server.requests) == 1, "no retry of its own"


@pytest.mark.parametrize("method", ["GET", "PUT", "POST"])
async def test_a_kept_connection_that_dies_under_a_request_is_no_reason_to_send_it_again(
    http: Http, method: str
) -> None:
    """HTTP libraries repeat a PUT by themselves then; whether to repeat is ours to decide."""

    async def once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await answers()(reader, writer)
        await server.note(await reader.readuntil(b"\r\n\r\n"))

    async with raw_server(once) as server:
        request = Outgoing("oms", method, f"{server.url}/path")
        assert (await http.send(request, budget_seconds=5)).status == 200
        with pytest.raises(UnknownError):
            await http.send(request, budget_seconds=5)
    assert len(server.requests) == 2


async def test_an_endless_body_is_stopped_at_one_mebibyte(http: Http) -> None:
    endless = Endless()
    async with raw_server(endless) as server:
        with pytest.raises(UnknownError, match=str(LARGEST_ANSWER_BYTES)):
            await send(http, server.url, budget_seconds=5)
    assert endless.sent_bytes < 8 * LARGEST_ANSWER_BYTES, "the connection was cut, the rest is what buffers took"


async def test_a_body_of_exactly_the_limit_is_an_answer_and_one_byte_more_is_not(http: Http) -> None:
    for size, fits in ((LARGEST_ANSWER_BYTES, True), (LARGEST_ANSWER_BYTES + 1, False)):
        async with raw_server(answers(body=b"a" * size)) as server:
            expected = contextlib.nullcontext() if fits else pytest.raises(UnknownError)
            with expected:
                await send(http, server.url, budget_seconds=5)


async def test_where_only_the_status_counts_a_long_answer_is_cut(http: Http) -> None:
    async with raw_server(Endless()) as server:
        request = Outgoing("client", "POST", server.url, largest_answer_bytes=1024, cut_answer=True)
        answer = await http.send(request, budget_seconds=5)
    assert (answer.status, len(answer.body)) == (200, 1024)


async def test_a_redirect_is_an_answer_and_not_followed(http: Http) -> None:
    async with raw_server(answers()) as target:
        async with raw_server(answers(302, b"", f"location: {target.url}/\r\n")) as server:
            answer = await send(http, server.url)
        assert target.requests == []
    assert answer.status == 302
    assert isinstance(from_status(answer.status, who="oms"), RefusedError)


async def test_the_eleventh_local_try_to_a_destination_is_busy_and_sends_nothing(http: Http) -> None:
    async with raw_server(hangs) as full, raw_server(answers()) as other:
        tries = [
            asyncio.create_task(send(http, full.url, budget_seconds=1.0, local=True))
            for _ in range(LOCAL_TRIES_PER_DESTINATION)
        ]
        await full.received(LOCAL_TRIES_PER_DESTINATION)
        with pytest.raises(BusyError):
            await send(http, full.url, local=True)
        assert (await send(http, other.url, local=True)).status == 200, "another destination has its own bulkhead"
        with pytest.raises(UnknownError):
            await send(http, full.url, local=False)
        outcomes = await asyncio.gather(*tries, return_exceptions=True)
        assert [type(outcome) for outcome in outcomes] == [UnknownError] * LOCAL_TRIES_PER_DESTINATION
        full.behaviour = answers()
        assert (await send(http, full.url, local=True)).status == 200, "the places are free again"
    assert len(full.requests) == LOCAL_TRIES_PER_DESTINATION + 2


def in_seconds(seconds: float) -> str:
    return format_datetime(datetime.now(UTC) + timedelta(seconds=seconds), usegmt=True)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("٣", None),
        ("30", 30.0),
        (" 30 ", 30.0),
        ("0", 1.0),
        ("99999999", 86_400.0),
        ("9" * 400, 86_400.0),
        ("Thu, 01 Jan 1970 00:00:00 GMT", 1.0),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 86_400.0),
    ],
)
def test_retry_after_is_clamped_and_nonsense_says_nothing(header: str | None, seconds: float | None) -> None:
    assert retry_after(header) == seconds


@pytest.mark.parametrize("minutes_off", [-10, 0, 10])
def test_a_partner_whose_clock_is_wrong_is_waited_for_as_long_as_it_means(minutes_off: int) -> None:
    """Both dates are its own, so their difference is what it means."""
    off = minutes_off * 60
    assert retry_after(in_seconds(off + 90), says=in_seconds(off)) == pytest.approx(90, abs=2)


@pytest.mark.parametrize("says", [None, "", "yesterday", "99"])
def test_without_its_own_time_a_date_is_bounded_by_our_clock(says: str | None) -> None:
    assert retry_after(in_seconds(-600), says=says) == 1.0, "in the past: soon, never at once and never negative"
    assert retry_after(in_seconds(600 + 90), says=says) == pytest.approx(690, abs=5)
    assert retry_after("Fri, 31 Dec 9999 23:59:59 GMT", says=says) == 86_400.0


async def test_the_date_of_an_answer_is_read_with_its_retry_after(http: Http) -> None:
    dates = f"date: {in_seconds(-600)}\r\nretry-after: {in_seconds(-570)}\r\n"
    async with raw_server(answers(503, headers=dates)) as slow:
        assert (await send(http, slow.url)).retry_after_seconds == pytest.approx(30, abs=2)


def test_retry_after_may_be_a_date() -> None:
    seconds = retry_after(in_seconds(90))
    assert seconds is not None
    assert 85 < seconds <= 90
