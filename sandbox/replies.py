"""What really goes out: the true answer, a spoiled one, or none."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

from starlette.responses import Response, StreamingResponse

from sandbox.answers import INTERNAL, INVALID_INPUT, Answer, refused, wrong_key
from sandbox.troubles import Trouble
from sandbox.wire import JsonObject, dumps

_ORDER_NAMES = frozenset(
    {"order_no", "oms_order_no", "doc_no", "so_number", "tracking_id", "order_id", "external_id", "event_id"}
    | {"so_reference_1", "so_reference_2"}
)
_ID_NAMES = _ORDER_NAMES | {"id", "webhook_id", "acknowledgement_id"}
_PRICE_NAMES = frozenset({"final_price", "total_price", "unit_price", "discounted_price", "base_price"})
_HUGE_CHUNKS, _CHUNK = 160, b"a" * 65_536  # 10 MiB
_NO_CONTENT = 204
_HTML = "<!doctype html><html><body><h1>Welcome</h1></body></html>"


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer on its way out, once its trouble had its will. `status` None: none is given."""

    status: int | None
    response: Response | None


def true_reply(answer: Answer | None) -> Reply:
    """The answer as it is; a partner that has not worked has an internal error."""
    answer = answer or refused(500, INTERNAL, "internal error")
    return _json(answer.status, answer.body, answer.headers)


def troubled_reply(trouble: Trouble, answer: Answer | None) -> Reply:
    """What the trouble makes of an answer; None is that of a partner that has not worked."""
    if trouble.hangs or trouble.resets:
        return Reply(None, None)
    if trouble.status is not None:
        return _status(trouble.status, trouble.seconds)
    if trouble.name == "redirect":
        return Reply(302, Response(status_code=302, headers={"location": "/redirected"}))
    if trouble.name == "huge_answer":
        return Reply(200, StreamingResponse(_huge(), media_type="application/json"))
    if answer is None or trouble.wrong is None or not _is_success(answer):
        return true_reply(answer)
    return _wrong(trouble.wrong, answer)


def _wrong(kind: str, answer: Answer) -> Reply:
    if kind == "html":
        return Reply(200, Response(_HTML, media_type="text/html"))
    if kind == "empty":
        return Reply(200, Response(b"", media_type="application/json"))
    return _json(200, _spoilt(answer.body, _SPOILERS[kind]), {})


def _status(status: int, retry_after_seconds: float | None) -> Reply:
    headers = {} if retry_after_seconds is None else {"retry-after": f"{retry_after_seconds:.0f}"}
    if status == _NO_CONTENT:
        return Reply(status, Response(status_code=status, headers=headers))
    answer = wrong_key() if status == 401 else refused(status, _code(status), "trouble")  # noqa: PLR2004  §1.3
    return _json(status, answer.body, headers)


def _code(status: int) -> int:
    return INTERNAL if status >= 500 else INVALID_INPUT  # noqa: PLR2004  server errors begin there


def _json(status: int, body: JsonObject, headers: dict[str, str]) -> Reply:
    return Reply(status, Response(dumps(body), status, headers, "application/json"))


def _is_success(answer: Answer) -> bool:
    return answer.status // 100 == 2  # noqa: PLR2004  the 2xx class


Spoiler = Callable[[str, object], tuple[bool, object]]
"""Given a name and its value: whether the field stays, and with which value."""


def _spoilt(value: object, spoiler: Spoiler) -> JsonObject:
    """A copy in which every field of every depth went through the spoiler."""
    spoilt = _walk(value, spoiler)
    return spoilt if isinstance(spoilt, dict) else {}


def _walk(value: object, spoiler: Spoiler) -> object:
    if isinstance(value, list):
        return [_walk(item, spoiler) for item in value]
    if not isinstance(value, dict):
        return value
    fields = {name: spoiler(name, inner) for name, inner in value.items()}
    return {name: _walk(inner, spoiler) for name, (stays, inner) in fields.items() if stays}


_SPOILERS: dict[str, Spoiler] = {
    "other_order": lambda name, value: (True, "OTHER-ORDER-1" if name in _ORDER_NAMES else value),
    "missing_id": lambda name, value: (name not in _ID_NAMES, value),
    "negative_price": lambda name, value: (True, -1 if name in _PRICE_NAMES else value),
}


async def _huge() -> AsyncIterator[bytes]:
    yield b'{"data":"'
    for _ in range(_HUGE_CHUNKS):
        yield _CHUNK
    yield b'"}'
