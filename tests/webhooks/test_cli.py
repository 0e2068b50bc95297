"""`interline webhooks …`: the same as the API, for operators."""

import json
import re
from typing import Any

import pytest

from tests.stack.driver import wait_until
from tests.webhooks.conftest import Shop
from tests.webhooks.receiver import always

pytestmark = pytest.mark.stack


def run(shop: Shop, *arguments: str, code: int = 0) -> Any:  # noqa: ANN401  JSON, or lines
    done = shop.stack.interline("webhooks", *arguments, "--client", shop.client_id)
    assert done.returncode == code, done.stderr
    return json.loads(done.stdout) if done.stdout.startswith(("{", "[")) else done.stdout + done.stderr


def test_the_story_in_the_terminal(shop: Shop) -> None:
    assert run(shop, "show")["logistics"]["url"] == f"{shop.receiver.url}/logistics"
    assert run(shop, "test", "logistics")["ok"]
    assert run(shop, "rotate-secret", "logistics")["logistics"]["secrets"][0]["secret"].startswith("whsec_")
    assert run(shop, "set", "logistics", "--events", "logistics.priced")["logistics"]["events"] == ["logistics.priced"]
    assert run(shop, "set", "logistics", "--events", "")["logistics"]["events"] == []
    assert run(shop, "pause", "logistics")["logistics"]["state"] == "paused"
    assert run(shop, "resume", "logistics")["logistics"]["state"] == "sending"

    shop.receiver.status = always(500)
    assert not run(shop, "test", "logistics", code=1)["ok"]
    shop.receiver.answer = b"no \x1b[2Jthanks"
    shop.receiver.status = lambda got: 500 if got.order else 200
    order = shop.order()
    wait_until("it waits", lambda: [one["attempts"] for one in shop.log(order)][:1] == [4])
    shown = run(shop, "deliveries", "--order", order)
    assert "retrying" in shown
    assert len(re.findall(rf"{order}~1  try \d  \S+ \S+  500 in \d+ ms: no  \[2Jthanks\n", shown)) == 4, "no escape"
    newest = run(shop, "deliveries", "--status", "retrying")
    assert [line.split("  ")[1] for line in newest.splitlines() if line.startswith(f"{order}~")] == ["try 4"]
    assert f"--order {order}`" in shop.stack.interline("order", "why", order, "--client", shop.client_id).stdout
    assert run(shop, "deliveries", "--order", order, "--json")[0]["last_status"] == 500
    another = shop.order()
    wait_until("it waits too", lambda: [one["attempts"] for one in shop.log(another)][:1] == [4])
    shop.receiver.status = always(200)
    assert run(shop, "redeliver", f"{order}~1")["how"] == "made due now"
    shop.wait_for(order, "completed")
    run(shop, "recover", "logistics")
    shop.wait_for(another, "completed")
    assert shop.receiver.taken(another) == sorted(shop.receiver.taken(another))
    run(shop, "redeliver", "--order", order)
    wait_until("it came again", lambda: any(got.is_replay for got in shop.receiver.of(order)))


def test_the_doctor_tells_how_the_endpoints_fare_now_and_what_to_do(shop: Shop) -> None:
    """Not what the clients' file said once."""
    assert _examined(shop, "logistics") == (True, f"active, {shop.receiver.url}")
    run(shop, "pause", "logistics")
    ok, seen = _examined(shop, "logistics")
    assert (ok, seen.startswith("paused by ")) == (False, True)
    run(shop, "resume", "logistics")
    shop.receiver.status = always(503)
    shop.order()
    wait_until("it is failing", lambda: "is failing since 20" in _examined(shop, "logistics")[1])
    shop.receiver.status = always(200)
    run(shop, "recover", "logistics")


def _examined(shop: Shop, kind: str) -> tuple[bool, str]:
    findings = json.loads(shop.stack.interline("doctor", "--json").stdout)
    found = next(one for one in findings if one["name"] == f"{shop.client_id}: {kind} webhook")
    assert found["ok"] or f"{kind} --client {shop.client_id}`" in found["fix"]
    return found["ok"], found["detail"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("set", "logistics", "--events", "nonsense"), "logistics.priced"),
        (("set", "logistics", "--url", "ftp://x"), "the address"),
        (("redeliver",), "name one delivery"),
        (("redeliver", "SO-none~1"), "there is no delivery"),
        (("redeliver", "--since", "yesterday"), "a time looks like"),
    ],
)
def test_refusals_are_sentences(shop: Shop, arguments: tuple[str, ...], said: str) -> None:
    text = run(shop, *arguments, code=1)
    assert said in text
    assert "Traceback" not in text
