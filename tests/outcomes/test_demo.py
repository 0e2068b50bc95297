"""`interline demo --trouble`: each trouble is met, told, and ends well."""

import json
from pathlib import Path

import pytest

from starter.demo.troubles import TROUBLES, TroubleName
from tests.stack.driver import interline

pytestmark = [pytest.mark.stack, pytest.mark.timeout(180)]

QUICK = TroubleName.OMS_422


def test_a_trouble_is_told_with_its_end(environ: dict[str, str], tmp_path: Path) -> None:
    told = interline(
        "demo", "--trouble", QUICK, "--state", str(tmp_path / "demo"), environ=environ, timeout_seconds=110
    )
    assert told.returncode == 0, told.stderr
    story = told.stdout
    for part in ("What goes wrong. ", "→ 422", "needs a human", "interline order retry", "What the system did. "):
        assert part in story
    assert "is completed: 2 calls to the OMS, 1 effect. An operator decided once." in story


@pytest.mark.full
@pytest.mark.parametrize("name", TroubleName)
def test_every_trouble_ends_well(environ: dict[str, str], tmp_path: Path, name: TroubleName) -> None:
    arguments = ("demo", "--trouble", name, "--json", "--state", str(tmp_path / "demo"))
    told = interline(*arguments, environ=environ, timeout_seconds=150)
    assert told.returncode == 0, told.stdout + told.stderr
    result = json.loads(told.stdout)
    assert (result["ok"], result["status"], result["trouble"]) == (True, "completed", name.value)
    assert bool(result["operator"]) == (TROUBLES[name].operator is not None)
