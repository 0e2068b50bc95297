"""Python runs this before anything else when its folder is on PYTHONPATH: plants the bug the environment names."""

import importlib.util
import os
import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from pathlib import Path
from types import CodeType, ModuleType


def _bugs() -> ModuleType:
    spec = importlib.util.spec_from_file_location("seeded_bugs", Path(__file__).parents[1] / "bugs.py")
    if spec is None or spec.loader is None:
        raise ImportError("the list of bugs is missing")
    module = importlib.util.module_from_spec(spec)
    sys.modules["seeded_bugs"] = module
    spec.loader.exec_module(module)
    return module


class _Mutated(SourceFileLoader):
    """Compiles the source with the wrong text; no byte code is read or written."""

    right = ""
    wrong = ""

    def get_code(self, fullname: str) -> CodeType:
        """The module's code, with the bug in it."""
        source = self.get_data(self.get_filename(fullname)).decode()
        if source.count(self.right) != 1:
            raise ImportError(f"the seeded bug no longer fits {fullname}")
        return compile(source.replace(self.right, self.wrong), self.path, "exec")


class _Seeder(MetaPathFinder):
    def __init__(self, module: str, right: str, wrong: str) -> None:
        self._module = module
        self._right, self._wrong = right, wrong

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Only the one module is ours."""
        if fullname != self._module:
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec and spec.origin:
            loader = _Mutated(fullname, spec.origin)
            loader.right, loader.wrong = self._right, self._wrong
            spec.loader = loader
        return spec


if name := os.environ.get("INTERLINE_SEEDED_BUG"):
    known = _bugs()
    bug = next(bug for bug in (*known.BUGS, known.DRILL) if bug.name == name)
    sys.meta_path.insert(0, _Seeder(bug.module, bug.right, bug.wrong))
