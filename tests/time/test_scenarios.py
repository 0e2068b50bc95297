"""`interline demo --scenario`: each is a story with its checks, by the partners' own books."""

import json
from pathlib import Path

import pytest

from starter.demo.scenarios import ScenarioName
from tests.stack.driver import interline

pytestmark = [pytest.mark.stack, pytest.mark.full, pytest.mark.timeout(240)]


@pytest.mark.parametrize("name", ScenarioName)
def test_every_scenario_ends_as_it_says(environ: dict[str, str], tmp_path: Path, name: ScenarioName) -> None:
    arguments = ("demo", "--scenario", name, "--json", "--state", str(tmp_path / "demo"))
    told = interline(*arguments, environ=environ, timeout_seconds=200)
    assert told.returncode == 0, told.stdout + told.stderr
    result = json.loads(told.stdout)
    assert (result["ok"], result["scenario"]) == (True, name.value)
    assert all(result["checks"].values()), result["checks"]
