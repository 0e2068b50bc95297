"""How the development server is started."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

RAISED_LIMITS: Final = {
    "frontend.rps": 20_000,
    "frontend.namespaceRPS": 20_000,
    "frontend.namespaceRPS.visibility": 1_000,
    "matching.rps": 20_000,
    "history.rps": 20_000,
}
"""Requests per second. The defaults cap a load test before the CPU does (matching: 1,200, at 86 calls an order)."""


def start_command(  # noqa: PLR0913  keyword-only, each is one flag of the server
    binary: Path,
    *,
    port: int,
    db_file: Path,
    ui_port: int | None = None,
    namespace: str = "default",
    raised_limits: bool = False,
) -> list[str]:
    """The argv of a development server on loopback whose data survives a kill in `db_file`.

    Without `ui_port` there is no UI. SQLite keeps its default pragmas: a faster journal would give up what a killed
    process had promised. `raised_limits` is for benchmarks only. Nothing is fetched from outside: no news, no version
    check.
    """
    ui = ["--headless"] if ui_port is None else ["--ui-port", str(ui_port), "--ui-disable-news-fetch"]
    return [
        str(binary),
        *("server", "start-dev", "--ip", "127.0.0.1", "--port", str(port)),
        *ui,
        *("--db-filename", str(db_file), "--namespace", namespace, "--log-level", "error"),
        *_dynamic_config({"frontend.enableServerVersionCheck": "false"}),
        *_dynamic_config(RAISED_LIMITS if raised_limits else {}),
    ]


def _dynamic_config(values: dict[str, int] | dict[str, str]) -> Iterator[str]:
    """Values are JSON to the server."""
    for key, value in values.items():
        yield from ("--dynamic-config-value", f"{key}={value}")
