"""Shapes that histories hold: what an older or a newer worker wrote stays readable."""

import inspect
import pkgutil
from datetime import date, datetime, time
from decimal import Decimal
from importlib import import_module
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

import pytest
from pydantic import JsonValue

import interline.domain
from interline.domain.base import Durable
from interline.domain.events import Event
from interline.domain.order import OrderInput
from interline.domain.policy import OrderPolicy
from tests.shapes import NOON, an_order


def durable_models() -> list[type[Durable]]:
    """Every shape of the domain package that a history may hold."""
    modules = [
        import_module(f"interline.domain.{found.name}") for found in pkgutil.iter_modules(interline.domain.__path__)
    ]
    classes = {item for module in modules for _, item in inspect.getmembers(module, inspect.isclass)}
    return sorted((item for item in classes if issubclass(item, Durable)), key=lambda item: item.__name__)


MODELS = durable_models()


SIMPLE: dict[Any, Any] = {
    str: "text",
    int: 7,
    float: 1.5,
    bool: True,
    datetime: NOON,
    date: NOON.date(),
    time: NOON.time(),
    Decimal: Decimal("1.25"),
    JsonValue: {"deep": [1, None, "x"]},
}


def example(kind: Any) -> Any:  # noqa: ANN401  any annotation a field may have, and its value
    """A value of a field's type that differs from every default, so that a lost field shows."""
    origin, inner = get_origin(kind), get_args(kind)
    if kind in SIMPLE:
        return SIMPLE[kind]
    if origin in {Union, UnionType, Annotated}:
        return example(inner[0])
    if origin in {list, dict}:
        return [example(inner[0])] if origin is list else {"name": example(inner[1])}
    return full(kind) if issubclass(kind, Durable) else list(kind)[-1]


def full(model: type[Durable]) -> Durable:
    """The model with every field filled."""
    return model.model_validate(
        {name: example(kind) for name, kind in get_type_hints(model).items() if name in model.model_fields}
    )


def test_the_shapes_are_found() -> None:
    assert {"OrderInput", "OrderState", "Event", "Quote", "StrayState", "SendWebhook"} <= {m.__name__ for m in MODELS}


each_model = pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)


@each_model
def test_what_one_worker_writes_another_reads(model: type[Durable]) -> None:
    value = full(model)
    assert model.model_validate_json(value.model_dump_json()) == value


@each_model
def test_a_field_of_a_newer_worker_is_no_obstacle(model: type[Durable]) -> None:
    value = full(model)
    read = model.model_validate({**value.model_dump(mode="json"), "added_in_2031": {"deep": [1]}})
    assert read.model_dump(exclude={"added_in_2031"}) == value.model_dump()


@each_model
def test_what_an_older_worker_wrote_without_the_optional_fields_is_read(model: type[Durable]) -> None:
    needed = {name for name, known in model.model_fields.items() if known.is_required()}
    older = {name: value for name, value in full(model).model_dump(mode="json").items() if name in needed}
    assert model.model_validate(older).model_fields_set == needed


def test_no_model_refuses_unknown_fields() -> None:
    assert {model.model_config.get("extra") for model in MODELS} == {"ignore", "allow"}
    assert Event.model_config.get("extra") == "allow", "an event keeps what a newer sender added"


FIRST_ORDER: dict[str, Any] = {
    "client_id": "demo-shop",
    "order_number": "SO-1",
    "kind": "outbound",
    "tracking_id": "TRK-1",
    "warehouse_id": "WH-1",
    "lines": [{"sku": "TEA", "quantity": 2}],
    "shipment": {
        "origin": {"area_id": 1},
        "destination": {"area_id": 2},
        "weight_kg": "1.2",
        "length_cm": 1,
        "width_cm": 1,
        "height_cm": 1,
        "rate_type": "regular",
        "service_type": 1,
    },
    "body": {"so_number": "SO-1", "custom": {"kept": True}},
    "accepted_at": "2026-11-23T12:00:00Z",
}
"""The least that release 0.1.0 wrote. Never edit it: it stands for the histories that exist."""


def test_the_first_release_s_smallest_order_is_still_an_order() -> None:
    order = OrderInput.model_validate(FIRST_ORDER)
    assert (order.version, order.policy) == (1, OrderPolicy())
    assert order.body == FIRST_ORDER["body"]


def test_defaults_are_not_shared_between_orders() -> None:
    one, other = an_order(), an_order()
    one.policy.delivery_schedule_seconds.append(1.0)
    assert other.policy.delivery_schedule_seconds == OrderPolicy().delivery_schedule_seconds
