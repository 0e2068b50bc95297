"""One JSON line per event, to a file or standard error. No personal data, no secrets: events name ids and states."""

import logging
import sys
from pathlib import Path
from typing import Final, TextIO

import orjson
import structlog

DECEIVING: Final = {
    code: f"\\u{code:04x}"
    for first, last in ((0x7F, 0x9F), (0x061C, 0x061C), (0x200E, 0x200F), (0x2028, 0x202E), (0x2066, 0x2069))
    for code in range(first, last + 1)
}
"""What JSON allows as it is, and a terminal obeys: C1 controls, line separators, marks that turn the writing around."""


def _dumps(event: object, default: object = None, **_: object) -> str:
    text = orjson.dumps(event, default=repr if default is None else None).decode()
    return text if text.isascii() and "\x7f" not in text else text.translate(DECEIVING)


def configure(*, process: str, level: str = "INFO", file: Path | None = None) -> None:
    """Send structlog and the standard library's loggers (Temporal, uvicorn) through one JSON renderer to one stream.

    Our own events go straight there: through a record of the standard library each would cost more than twice as much.
    """
    stream: TextIO = file.open("a", buffering=1) if file else sys.stderr
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.EventRenamer("event"),
    ]
    rendering: list[structlog.typing.Processor] = [
        structlog.processors.format_exc_info,
        structlog.processors.JSONRenderer(serializer=_dumps),
    ]
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, structlog.stdlib.ExtraAdder()],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *rendering],
        )
    )
    logging.basicConfig(handlers=[handler], level=level, force=True)
    for noisy in ("httpx", "httpcore", "uvicorn.access"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    structlog.configure(
        processors=[*shared, *rendering],
        logger_factory=structlog.WriteLoggerFactory(stream),
        wrapper_class=structlog.make_filtering_bound_logger(level),
        cache_logger_on_first_use=True,
    )
    structlog.contextvars.bind_contextvars(process=process)
