"""Temporal with a deadline: what it cannot answer in time becomes one 503, never a success."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import structlog
from temporalio.service import RPCError, RPCStatusCode

from interline.contracts.problems import ErrorCode, RequestError, refused

ANSWER_SECONDS: Final = 1.8
"""Time for all RPCs of one request, so that trouble is told within 2 s."""

_MEANINGFUL: Final = frozenset({RPCStatusCode.NOT_FOUND, RPCStatusCode.ALREADY_EXISTS})

_log = structlog.get_logger("gateway")


@asynccontextmanager
async def within(seconds: float = ANSWER_SECONDS) -> AsyncIterator[None]:
    """Run RPCs. NOT_FOUND and ALREADY_EXISTS pass, because they are answers.

    Raises:
        RequestError: 503 for everything else that a server or a network can do to us.
    """
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError:
        raise _unavailable("timeout") from None
    except RPCError as error:
        if error.status in _MEANINGFUL and not _about_namespace(error):
            raise
        raise _unavailable(error.status.name) from None
    except RuntimeError as error:
        if "client connect" not in str(error):  # how a lazy client says that it cannot connect
            raise
        raise _unavailable("no connection") from None


def is_missing(error: RPCError) -> bool:
    """Does the server say that there is no such workflow (and not that the whole namespace is gone)?"""
    return error.status is RPCStatusCode.NOT_FOUND and not _about_namespace(error)


def _about_namespace(error: RPCError) -> bool:
    return error.message.startswith("Namespace ")


def _unavailable(why: str) -> RequestError:
    _log.warning("gateway.temporal_unavailable", why=why)
    return refused(ErrorCode.TEMPORARILY_UNAVAILABLE)
