"""The delivery log as the API shows it, and the body that asks for webhooks to be sent again."""

from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import Field

from interline.contracts.event_reading import moment
from interline.contracts.fields import OrderNumber, Settings
from interline.contracts.problems import ErrorCode, Problem, RequestError
from interline.domain.base import JsonObject
from interline.domain.calls import TryRecord
from interline.domain.deliveries import DeliveryView, WantedDeliveries

Moment = Annotated[str, Field(max_length=40)]


class RedeliverBody(Settings):
    """An order, or a time range of orders (by when they were accepted); all, or failed only."""

    order_no: OrderNumber | None = None
    since: Moment | None = None
    until: Moment | None = None
    failed_only: bool = False


def read_range(body: RedeliverBody, client_id: str, zone: ZoneInfo) -> WantedDeliveries:
    """What is meant.

    Raises:
        RequestError: neither an order nor a beginning is named, or a time cannot be read.
    """
    problems: list[Problem] = []
    since, until = (_moment(name, getattr(body, name), zone, problems) for name in ("since", "until"))
    if body.order_no is None and body.since is None:
        problems.append(Problem(ErrorCode.REQUIRED, "name an order (order_no) or a beginning (since)", "/order_no"))
    if since and until and until < since:
        problems.append(Problem(ErrorCode.CONTRADICTION, "until lies before since", "/until"))
    if problems:
        raise RequestError(problems)
    return WantedDeliveries(
        client_id=client_id, order_number=body.order_no, since=since, until=until, failed_only=body.failed_only
    )


def shown(view: DeliveryView) -> JsonObject:
    """One delivery with its tries. The answers of the receiver are its own words."""
    last = view.tries[-1] if view.tries else None
    return {
        "id": view.id,
        "webhook_id": view.webhook_id,
        "order_no": view.order_number,
        "sequence": view.sequence,
        "event": view.event,
        "kind": view.kind,
        "step": view.step,
        "status": view.state.value,
        "occurred_at": view.occurred_at.isoformat(),
        "finished_at": view.at.isoformat() if view.at else None,
        "next_try_at": view.next_try_at.isoformat() if view.next_try_at else None,
        "attempts": len(view.tries),
        "last_status": last.status if last else None,
        "last_answer": last.answer if last else "",
        "tries": [_try(one) for one in view.tries],
        "redeliverable": view.body_kept,
    }


def _try(one: TryRecord) -> JsonObject:
    return {
        "number": one.number,
        "at": one.at.isoformat(),
        "outcome": one.outcome,
        "status": one.status,
        "duration_ms": one.milliseconds,
        "message": one.message,
        "answer": one.answer,
        "next_try_in_seconds": one.next_seconds or None,
    }


def _moment(name: str, text: str | None, zone: ZoneInfo, problems: list[Problem]) -> datetime | None:
    read = moment(text, zone) if text else None
    if text and read is None:
        problems.append(Problem(ErrorCode.INVALID_FORMAT, "a time such as 2026-11-23T09:00:00Z", f"/{name}"))
    return read
