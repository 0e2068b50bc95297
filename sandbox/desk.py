"""What a partner does with a call before its own work: whose is it, was it answered before, is it well-formed."""

from collections.abc import Callable
from dataclasses import dataclass
from secrets import compare_digest
from typing import TypeVar

import orjson
from pydantic import BaseModel, ValidationError

from sandbox.answers import INVALID_INPUT, Answer, RefusedError, refused, wrong_key
from sandbox.config import KeyedPartner, SandboxConfig
from sandbox.ledger import Call
from sandbox.wire import JsonObject, dumps, loads_object
from sandbox.world import World

Work = Callable[[World, Call, str], Answer]
"""A partner's work for one call of a client (its id); raises RefusedError to say no."""

Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Task:
    """One thing a partner can be asked. `lookup`: finds what a lost answer hid; gone with `keys: none`."""

    method: str
    path: str
    work: Work
    lookup: bool = False


def client_of_key(config: SandboxConfig, partner: KeyedPartner, key: str) -> str | None:
    """The client whose `X-API-Key` this is at that partner."""
    for client in config.clients:
        secret = client.partner_keys.get(partner)
        if secret and compare_digest(secret.get_secret_value().encode(), key.encode()):
            return client.client_id
    return None


def answer(world: World, partner: KeyedPartner, task: Task, call: Call) -> Answer:
    """The partner's answer: refused, remembered or worked for."""
    if call.client_id is None:
        return wrong_key()
    keys = world.switches.keys(partner, call.client_id)
    if task.lookup and keys == "none":
        return refused(501, INVALID_INPUT, "not implemented")
    key = call.key if keys == "honoured" else None
    if key and (remembered := _recall(world, partner, call.client_id, key)):
        return remembered
    given = worked(world, task.work, call, call.client_id)
    if key and given.effect_id:
        _remember(world, partner, call.client_id, key, given)
    return given


def worked(world: World, work: Work, call: Call, client_id: str) -> Answer:
    """The work's answer, or its refusal as an answer."""
    try:
        return work(world, call, client_id)
    except RefusedError as refusal:
        return refused(refusal.status, refusal.code, str(refusal))


def json_body(call: Call) -> JsonObject:
    """The call's JSON object; refuses anything else."""
    body = loads_object(call.body)
    if body is None:
        raise RefusedError(400, INVALID_INPUT, "the body must be a JSON object")
    return body


def checked(model: type[Model], body: JsonObject) -> Model:
    """The body as its model; refuses with the names of the wrong fields, never their values."""
    try:
        return model.model_validate(body)
    except ValidationError as problem:
        fields = ", ".join(sorted({".".join(map(str, error["loc"])) for error in problem.errors()}))
        raise RefusedError(400, INVALID_INPUT, f"invalid input: {fields}") from None


def _recall(world: World, partner: str, client_id: str, key: str) -> Answer | None:
    row = world.store.row(
        "SELECT * FROM answers WHERE partner = ? AND client_id = ? AND idempotency_key = ?", partner, client_id, key
    )
    return Answer(row["status"], orjson.loads(row["body"]), effect_id=row["effect_id"]) if row else None


def _remember(world: World, partner: str, client_id: str, key: str, given: Answer) -> None:
    world.store.run(
        "INSERT INTO answers (partner, client_id, idempotency_key, status, body, effect_id) VALUES (?, ?, ?, ?, ?, ?)",
        partner,
        client_id,
        key,
        given.status,
        dumps(given.body),
        given.effect_id,
    )
