"""What a troubled partner does to the connection itself: resets it, or leaves it hanging."""

import asyncio
import socket
import struct
from collections.abc import Callable
from typing import Any, Final, cast

from starlette.types import Receive, Scope
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

_RESET: Final = "sandbox.reset"
_LINGER_NOT = struct.pack("ii", 1, 0)


class ResettableProtocol(HttpToolsProtocol):
    """uvicorn's protocol, which hands the application a way to reset the connection (ASGI cannot)."""

    def on_message_begin(self) -> None:
        """A request begins; its scope gets our extension."""
        super().on_message_begin()
        cast("dict[str, Any]", self.scope)["extensions"] = {_RESET: {"reset": self._reset}}

    def _reset(self) -> None:
        if self.transport.is_closing():
            return  # the caller was faster
        # Without lingering the kernel sends RST, so the caller sees a reset and not a polite end.
        connection = self.transport.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_NOT)
        self.transport.abort()


async def reset(scope: Scope, receive: Receive) -> None:
    """Reset the caller's connection, and wait until the server has noticed."""
    abort: Callable[[], None] = scope["extensions"][_RESET]["reset"]
    abort()
    await gone(receive, seconds=None)


async def gone(receive: Receive, *, seconds: float | None) -> bool:
    """Wait until the caller has gone, at most so long; True when it has, or when the server stops."""
    try:
        async with asyncio.timeout(seconds):
            while (await receive())["type"] != "http.disconnect":
                pass
    except TimeoutError:
        return False
    except asyncio.CancelledError:
        return True  # only a stopping server cancels a call; what hangs on purpose ends here without an answer
    return True
