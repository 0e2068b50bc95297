"""The sandbox behind uvicorn."""

import uvicorn

from sandbox.app import create_app
from sandbox.config import SandboxConfig
from sandbox.connection import ResettableProtocol

_GRACE_SECONDS = 2
# Longer than any caller keeps an idle connection, so that no call meets one that is just being closed.
_IDLE_SECONDS = 75


def make_server(config: SandboxConfig) -> uvicorn.Server:
    """A server that listens where the configuration says, once it is run."""
    return uvicorn.Server(
        uvicorn.Config(
            create_app(config),
            host=config.host,
            port=config.port,
            http=ResettableProtocol,
            ws="none",
            access_log=False,
            log_level="warning",
            timeout_keep_alive=_IDLE_SECONDS,
            timeout_graceful_shutdown=_GRACE_SECONDS,  # calls left hanging on purpose must not keep it alive
        )
    )
