"""`interline demo`: all fifteen arrows of an outbound order and of a return, by evidence from outside."""

import json
from pathlib import Path

import pytest

from interline.steps import Step
from tests.stack.driver import interline

pytestmark = pytest.mark.stack


def test_json_proves_fifteen_of_fifteen(environ: dict[str, str], tmp_path: Path) -> None:
    told = interline("demo", "--json", "--state", str(tmp_path / "demo"), environ=environ, timeout_seconds=110)

    assert told.returncode == 0, told.stderr
    result = json.loads(told.stdout)
    assert set(result) == {"ok", "orders"}
    assert result["ok"] is True
    assert [order["kind"] for order in result["orders"]] == ["outbound", "return"]
    for order in result["orders"]:
        assert set(order) == {"order_number", "kind", "workflow_id", "status", "ui", "events", "steps"}
        assert order["status"] == "completed"
        assert order["events"] > 0
        assert list(order["steps"]) == [step.value for step in Step]
        for step in order["steps"].values():
            assert set(step) == {"state", "at", "from", "to", "evidence"}
            assert step["state"] == "done"
            assert step["evidence"]


def test_tells_each_arrow_once_and_where_to_look(environ: dict[str, str], tmp_path: Path) -> None:
    told = interline("demo", "--state", str(tmp_path / "demo"), environ=environ, timeout_seconds=110)

    assert told.returncode == 0, told.stderr
    story = told.stdout.split("The fifteen arrows")[0]
    for step in Step:
        assert story.count(f"  {step.value:6}  ") == 2, step
    assert "/namespaces/default/workflows/order%3Ademo-shop%3A" in told.stdout
    assert "interline order show" in told.stdout
    assert "{" not in told.stdout  # no log lines
