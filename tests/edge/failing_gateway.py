"""The gateway as it is, in a process that kills itself (SIGKILL) at a named instant. For tests only.

`FAILPOINT=before_commit:3`: at the third order or event, just before Temporal is told. `after_commit`: Temporal has it,
nobody was answered. `after_answer`: the answer's last byte was given to the kernel.
"""

import os
import signal
from collections.abc import Awaitable, Callable, MutableMapping
from itertools import count
from typing import Any, Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send
from temporalio import service

from starter.gateway import __main__ as gateway
from starter.gateway import app as application

POINT, _, NUMBER = os.environ["FAILPOINT"].partition(":")
COMMITS: Final = {
    "start_workflow_execution",
    "signal_workflow_execution",
    "signal_with_start_workflow_execution",
}

_Call = Callable[..., Awaitable[Any]]
_seen = count(1)


def _reach(point: str) -> None:
    if point == POINT and next(_seen) == int(NUMBER):
        os.kill(os.getpid(), signal.SIGKILL)


def _watched(call: _Call) -> _Call:
    async def told(client: object, rpc: str, *args: object, **kwargs: object) -> object:
        if rpc in COMMITS:
            _reach("before_commit")
        try:
            return await call(client, rpc, *args, **kwargs)
        finally:
            if rpc in COMMITS:
                _reach("after_commit")

    return told


class _Answers:
    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def sent(message: Message) -> None:
            await send(message)
            if _is_last(scope, message):
                _reach("after_answer")

        await self._app(scope, receive, sent)


def _is_last(scope: Scope, message: MutableMapping[str, Any]) -> bool:
    return bool(scope.get("method") == "POST" and message["type"] == "http.response.body")


def main() -> None:
    """Patch, then serve."""
    client = service._BridgeServiceClient  # noqa: SLF001  the one place through which every call goes
    setattr(client, "_rpc_call", _watched(client._rpc_call))  # noqa: B010, SLF001  a patch, and typed as one
    made = application.create_app

    def create_app(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401  passed through
        return _Answers(made(*args, **kwargs))

    gateway.create_app = create_app  # type: ignore[attr-defined]  # the composition root's own name for it
    gateway.main()


if __name__ == "__main__":
    main()
