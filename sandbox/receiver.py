"""A receiver of Interline's webhooks in one file, to be copied: verify, drop what you have, store, answer, work later.

`python -m sandbox.receiver --secret whsec_… [--secret whsec_…] [--port 8085]`: the secret of each kind that comes here.
Needs `pip install standardwebhooks`, nothing else.
"""

import argparse
import json
import sqlite3
from collections.abc import Sequence
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from standardwebhooks import Webhook, WebhookVerificationError

LARGEST_BODY_BYTES = 1024 * 1024


class Inbox:
    """Every webhook once, by its `webhook-id`, in a file that survives a crash."""

    def __init__(self, path: Path) -> None:
        self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._db.execute("CREATE TABLE IF NOT EXISTS inbox (webhook_id TEXT PRIMARY KEY, event TEXT, body TEXT)")

    def keep(self, webhook_id: str, event: str, body: str) -> bool:
        """Store it; False when it was there already. The primary key decides, so two at once are no trouble."""
        done = self._db.execute("INSERT OR IGNORE INTO inbox VALUES (?, ?, ?)", (webhook_id, event, body))
        return done.rowcount == 1


def is_genuine(secrets: Sequence[str], headers: dict[str, str], body: bytes) -> bool:
    """Each endpoint has its own secret; one that fits is enough."""
    for secret in secrets:
        with suppress(WebhookVerificationError, json.JSONDecodeError):
            Webhook(secret).verify(body, headers)
            return True
    return False


def make_server(secrets: Sequence[str], inbox: Inbox, port: int) -> ThreadingHTTPServer:
    """The server, on loopback: put your own web server with TLS in front of it."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            size = int(self.headers.get("content-length") or 0)
            if size > LARGEST_BODY_BYTES:
                self._say(413)
                return
            body = self.rfile.read(size)  # the raw bytes: a parser in between would break the signature
            headers = {name.lower(): value for name, value in self.headers.items()}
            if not is_genuine(secrets, headers, body):
                self._say(401, b"no secret fits the signature, or it is more than five minutes old")
                return
            new = inbox.keep(headers["webhook-id"], headers.get("x-interline-event", ""), body.decode())
            self._say(200)  # stored, so it is ours now: answer first, work later
            if new:
                print(headers.get("x-interline-event"), headers.get("x-interline-order", ""), flush=True)  # noqa: T201

        def _say(self, status: int, why: bytes = b"") -> None:
            """The beginning of what we say stands in Interline's delivery log."""
            self.send_response(status)
            self.send_header("content-length", str(len(why)))
            self.end_headers()
            self.wfile.write(why)

        def log_message(self, *_: object) -> None:
            """One line per webhook is enough."""

    return ThreadingHTTPServer(("127.0.0.1", port), Handler)


def main() -> None:
    """Serve until Ctrl-C."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument(
        "--secret", action="append", required=True, help="whsec_…, from PUT /v3/fulfillment/webhooks or rotate-secret"
    )
    options.add_argument("--port", type=int, default=8085)
    options.add_argument("--file", type=Path, default=Path("inbox.db"))
    chosen = options.parse_args()
    make_server(chosen.secret, Inbox(chosen.file), chosen.port).serve_forever()


if __name__ == "__main__":
    main()
