"""Where stacks live on disk, and which one was started last."""

import os
import pwd
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


def state_home(environ: Mapping[str, str]) -> Path:
    """`$XDG_STATE_HOME/interline`, else `~/.local/state/interline`.

    A relative or empty XDG_STATE_HOME counts as unset (XDG Base Directory Specification). An empty HOME too: then the
    user database knows the home.
    """
    base = Path(environ.get("XDG_STATE_HOME", ""))
    if base.is_absolute():
        return base / "interline"
    home = environ.get("HOME") or pwd.getpwuid(os.getuid()).pw_dir
    return Path(home) / ".local" / "state" / "interline"


@dataclass(frozen=True)
class StackDir:
    """The state directory of one stack. Everything in it may hold credentials, so only its owner can read it."""

    root: Path

    @property
    def ports(self) -> Path:
        """The ports, chosen once."""
        return self.root / "ports.json"

    @property
    def clients(self) -> Path:
        """The clients' settings, without secrets."""
        return self.root / "clients.toml"

    @property
    def sandbox(self) -> Path:
        """The sandbox's configuration."""
        return self.root / "sandbox.json"

    @property
    def manifest(self) -> Path:
        """What a running stack tells other tools."""
        return self.root / "stack.json"

    @property
    def database(self) -> Path:
        """Temporal's data."""
        return self.root / "temporal.db"

    @property
    def lock(self) -> Path:
        """Held by the supervisor while it runs; contains its process id."""
        return self.root / "lock"

    def log(self, part: str) -> Path:
        """The log of one process."""
        return self.root / "logs" / f"{part}.log"

    def create(self) -> None:
        """Make the directories; safe to repeat."""
        self.root.mkdir(parents=True, exist_ok=True)
        self.root.chmod(0o700)
        (self.root / "logs").mkdir(exist_ok=True)


def default_stack(environ: Mapping[str, str]) -> StackDir:
    """The stack of `interline up` without `--state`."""
    return StackDir(state_home(environ) / "stack")


def remember(stack: StackDir, environ: Mapping[str, str]) -> None:
    """Note that this stack was started last."""
    home = state_home(environ)
    home.mkdir(parents=True, exist_ok=True)
    write_whole(home / "last-stack", f"{stack.root}\n")


def last_stack(environ: Mapping[str, str]) -> StackDir | None:
    """The stack started last by this user, running or not."""
    note = state_home(environ) / "last-stack"
    return StackDir(Path(note.read_text().strip())) if note.is_file() else None


def write_whole(path: Path, text: str) -> None:
    """Write a private file so that a reader sees the old or the new text, never half of one."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.touch(mode=0o600)
    draft.write_text(text, encoding="utf-8")
    draft.replace(path)
