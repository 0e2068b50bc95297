"""`python -m starter.gateway`: one process, settings from `INTERLINE_*`, Temporal from `TEMPORAL_*`."""

import asyncio
import os
import signal
import socket
from functools import partial

import uvicorn
from uvicorn.loops.auto import auto_loop_factory

from interline.runtime import collector, logging
from interline.runtime.clients import ClientRegistry
from interline.runtime.settings import Settings
from interline.runtime.temporal import connect
from starter.gateway.app import create_app
from starter.gateway.guard import GuardedProtocol

GRACE_SECONDS = 10
"""How long requests under way may take after SIGTERM."""
QUEUE_SECONDS = 0.1
"""How long connections that wait to be accepted are taken in after SIGTERM."""
KEEP_ALIVE_SECONDS = 30
ENGINE_THREADS = "1"
"""Threads of the engine's client. Each request makes one or two calls, and a second thread only wakes the first."""


class GracefulServer(uvicorn.Server):
    """Closes its door without a slam: who was let in by the kernel is answered, who comes later is refused at once."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Let nobody queue any more, take in who does, then stop as uvicorn does."""
        for listening in [found for server in self.servers for found in server.sockets]:
            with socket.socket(fileno=os.dup(listening.fileno())) as same:
                same.listen(0)
        await asyncio.sleep(QUEUE_SECONDS)
        await super().shutdown(sockets)


async def serve(settings: Settings) -> None:
    """Serve until SIGINT or SIGTERM; requests under way are finished."""
    registry = ClientRegistry(settings.clients_file)
    app = create_app(settings, await connect(lazy=True), registry)
    asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, partial(registry.refresh, changed_only=False))
    config = uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        http=GuardedProtocol,
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    collector.settle()
    await GracefulServer(config).serve()


def main() -> None:
    """Read the settings, then serve on uvloop."""
    settings = Settings()
    os.environ.setdefault("TOKIO_WORKER_THREADS", ENGINE_THREADS)
    logging.configure(process="gateway", level=settings.log_level, file=settings.log_file)
    with asyncio.Runner(loop_factory=auto_loop_factory()) as runner:
        runner.run(serve(settings))


if __name__ == "__main__":
    main()
