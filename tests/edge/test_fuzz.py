"""Bytes that nobody would send, a hundred thousand times: each reader refuses or reads, and raises nothing else."""

import random
from datetime import UTC, datetime

import orjson
import pytest

from interline.contracts.problems import RequestError
from interline.contracts.strict_json import CLIENT_LIMITS, PARTNER_LIMITS, read_object
from interline.webhooks import HeaderValues, proven_webhook_id, proves_api_key, proves_shipper_auth
from tests.conftest import Figure
from tests.gateway.support import WHSEC, a_status, an_order, signed

NOW = datetime.now(UTC)
SEEDS = [orjson.dumps(an_order()), orjson.dumps(a_status()), b'{"a":[1e5,-0.0,null,true,"\\ud83d\\ude00"]}']
BITS = [
    b"{",
    b"[",
    b'"',
    b"\\",
    b"\\ud800",
    b"\\u0000",
    b"NaN",
    b"1e999",
    b"9" * 40,
    b"\xff",
    b"\x00",
    b",",
    b":",
    b"[" * 40,
]


def _mutated(dice: random.Random, seed: bytes) -> bytes:
    """A few bytes cut, doubled, changed or put in."""
    data = bytearray(seed)
    for _ in range(dice.randint(1, 4)):
        place = dice.randrange(len(data) + 1)
        data[place : place + dice.randint(0, 6)] = dice.choice([dice.choice(BITS), dice.randbytes(3), b""])
    return bytes(data)


def _read(data: bytes) -> None:
    for limits in (CLIENT_LIMITS, PARTNER_LIMITS):
        try:
            found = read_object(data, limits)
        except RequestError as error:
            status = error.status
        else:
            orjson.dumps(found)
            continue
        assert 400 <= status < 500


def _text(dice: random.Random, text: str) -> str:
    return _mutated(dice, text.encode()).decode("latin-1")


def _prove(dice: random.Random, data: bytes) -> None:
    """No change of a right proof proves anything, and none raises."""
    headers = signed(data, webhook_id="msg_1", at=NOW.timestamp())
    changed = {name: _text(dice, value) for name, value in headers.items()}
    told: HeaderValues = lambda name: [changed[name]] * dice.randint(0, 2)  # noqa: E731  shorter so
    proven = proven_webhook_id(told, data, secrets=[WHSEC, _text(dice, WHSEC)], now=NOW)
    assert proven is None or changed == headers
    assert not proves_api_key(lambda _: [_text(dice, "key-0123456789")], secrets=["another-0123456789", ""])
    assert not proves_shipper_auth(_text(dice, "0" * 32), secrets=[_text(dice, "key")], registered_url="https://x.test")


@pytest.mark.parametrize("runs", [2_000, pytest.param(100_000, marks=[pytest.mark.full, pytest.mark.timeout(600)])])
def test_no_bytes_break_a_reader_or_a_verifier(runs: int, figure: Figure) -> None:
    dice = random.Random(20261126)  # noqa: S311  repeatable
    for _ in range(runs):
        data = _mutated(dice, dice.choice(SEEDS))
        _read(data)
        _prove(dice, data)
    figure(f"fuzz: {runs} runs of the JSON reader and of each of the three verifiers, crashes 0")
