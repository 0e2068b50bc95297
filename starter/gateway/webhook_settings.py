"""A client's webhook settings by API: show, set, test, pause, resume, choose events, rotate the secret, recover."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any, Final, TypeVar

from fastapi import Request, Response
from temporalio.client import WorkflowUpdateRPCTimeoutOrCancelledError

from interline.contracts.checking import check
from interline.contracts.fields import Body
from interline.contracts.problems import ErrorCode, Problem, RequestError, refused
from interline.contracts.webhook_settings import (
    EventsBody,
    KindBody,
    PauseBody,
    RotateBody,
    check_events,
    read_settings,
    sent_addresses,
    shown,
    shown_ping,
)
from interline.domain.account import KINDS
from interline.domain.base import JsonObject
from interline.runtime.sealing import SealError
from interline.runtime.settings import Settings
from starter.gateway.answers import answer
from starter.gateway.bodies import read_json
from starter.gateway.context import actor, authenticated, gateway
from starter.gateway.engine import within
from starter.webhooks.accounts import PING_SECONDS, AccountCommands, Changed, CommandRefusedError
from starter.webhooks.addresses import address_refusal

NOT_ANSWERED: Final = "no worker answered in time; it may still be carried out"
_RPC_SECONDS: Final = 1.9

BodyT = TypeVar("BodyT", bound=Body)
Handler = Callable[[Request], Coroutine[Any, Any, Response]]


async def get_settings(request: Request) -> Response:
    """Both kinds as they are now."""
    commands = _commands(request)
    async with within():
        account, settings = await commands.settings()
    return answer(request, 200, shown(account, settings))


async def put_settings(request: Request) -> Response:
    """Set one kind or both. A bad address changes nothing."""
    commands = _commands(request)
    body = await read_json(request)
    async with within():
        _, known = await commands.settings()
    wanted, problems = read_settings(body, known)
    problems += await _address_problems(sent_addresses(body), gateway(request).settings)
    if problems:
        raise RequestError(problems)
    async with commanding():
        changed = await commands.configure(wanted)
    return _answered(request, changed)


async def rotate_secret(request: Request) -> Response:
    """A new secret, shown once; the old one signs as well for the overlap."""
    kind, commands = _kind(request), _commands(request)
    body = await _body(request, RotateBody)
    async with commanding():
        changed = await commands.rotate(kind, overlap_hours=body.overlap_hours)
    return _answered(request, changed)


async def choose_events(request: Request) -> Response:
    """Send only these events."""
    kind, commands = _kind(request), _commands(request)
    body = await _body(request, EventsBody)
    if problems := check_events(kind, body.events, ""):
        raise RequestError(problems)
    async with commanding():
        changed = await commands.choose(kind, body.events)
    return _answered(request, changed)


async def pause(request: Request) -> Response:
    """Hold the webhooks of one kind."""
    kind, commands = _kind(request), _commands(request)
    body = await _body(request, PauseBody)
    async with commanding():
        changed = await commands.pause(kind, reason=body.reason)
    return _answered(request, changed)


async def resume(request: Request) -> Response:
    """Send them again."""
    kind, commands = _kind(request), _commands(request)
    body = await _body(request, PauseBody)
    async with commanding():
        changed = await commands.resume(kind, reason=body.reason)
    return _answered(request, changed)


async def test(request: Request) -> Response:
    """Send a signed test to one kind or both; show how the receiver answered."""
    commands = _commands(request)
    kinds = await _kinds(request)
    async with commanding(PING_SECONDS):
        results = await asyncio.gather(*(commands.test(kind) for kind in kinds))
    return answer(request, 200, {kind: shown_ping(result) for kind, result in zip(kinds, results, strict=True)})


async def recover(request: Request) -> Response:
    """Make what waits due now. `under_way` is what the account has taken and not finished yet."""
    commands = _commands(request)
    kinds = await _kinds(request)
    async with commanding():
        results = await asyncio.gather(*(commands.recover(kind) for kind in kinds))
    made: JsonObject = {
        kind: {"under_way": True} if result is None else result.model_dump()
        for kind, result in zip(kinds, results, strict=True)
    }
    return answer(request, 202, made)


def _commands(request: Request) -> AccountCommands:
    """Commands in the name of the key that asks."""
    client, here = authenticated(request), gateway(request)
    return AccountCommands(
        temporal=here.temporal,
        accounts=here.accounts,
        sealer=here.sealer,
        client=client,
        actor=actor(request),
        health=here.settings.endpoint_health,
    )


@asynccontextmanager
async def commanding(seconds: float = _RPC_SECONDS) -> AsyncIterator[None]:
    """Commands with their refusals in the API's words."""
    try:
        async with within(seconds):
            yield
    except CommandRefusedError as error:
        raise refused(ErrorCode.WEBHOOK_NOT_CONFIGURED, str(error)) from None
    except WorkflowUpdateRPCTimeoutOrCancelledError:
        raise refused(ErrorCode.TEMPORARILY_UNAVAILABLE, NOT_ANSWERED) from None
    except SealError as error:
        raise refused(ErrorCode.TEMPORARILY_UNAVAILABLE, str(error)) from None


async def _address_problems(sent: dict[str, str], settings: Settings) -> list[Problem]:
    return [
        Problem(ErrorCode.URL_NOT_ALLOWED, why, f"/{kind}/url")
        for kind, url in sent.items()
        if (why := await address_refusal(url, allow_private=settings.allow_private_webhooks))
    ]


def _kind(request: Request) -> str:
    kind: str = request.path_params["kind"]
    if kind not in KINDS:
        raise refused(ErrorCode.NOT_FOUND)
    return kind


async def _kinds(request: Request) -> tuple[str, ...]:
    body = await _body(request, KindBody)
    if body.kind is None:
        return KINDS
    if body.kind not in KINDS:
        raise refused(ErrorCode.UNKNOWN_VALUE, f"send one of {', '.join(KINDS)}", pointer="/kind")
    return (body.kind,)


async def _body(request: Request, model: type[BodyT]) -> BodyT:
    """The body, which may be left out."""
    empty = request.headers.get("content-length", "0") == "0" and "transfer-encoding" not in request.headers
    sent: JsonObject = {} if empty else await read_json(request)
    read, problems = check(model, sent, "")
    if read is None:
        raise RequestError(problems)
    return read


def _answered(request: Request, changed: Changed) -> Response:
    return answer(request, 200, shown(changed.account, changed.account.endpoints, new_secrets=changed.new_secrets))


_PATH: Final = "/webhooks"
ROUTES: Final[tuple[tuple[str, str, Handler], ...]] = (
    ("GET", _PATH, get_settings),
    ("PUT", _PATH, put_settings),
    ("POST", f"{_PATH}/test", test),
    ("POST", f"{_PATH}/recover", recover),
    ("POST", f"{_PATH}/{{kind}}/rotate-secret", rotate_secret),
    ("POST", f"{_PATH}/{{kind}}/pause", pause),
    ("POST", f"{_PATH}/{{kind}}/resume", resume),
    ("PUT", f"{_PATH}/{{kind}}/events", choose_events),
)
