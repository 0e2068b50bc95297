"""The garbage collector of a process that serves: what it was made of is looked at never again."""

import gc
from typing import Final

YOUNG: Final = 10_000
"""New objects before the collector looks at them (Python's 700 is for scripts): a request alone makes hundreds."""


def settle() -> None:
    """Call once, when everything is imported and built: a whole collection no longer stops the process for long.

    Modules, schemas and routes are some hundred thousand objects that live as long as the process. Python walks all of
    them in each full collection, 50 ms and more in which nothing is answered (docs/performance.md).
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, *gc.get_threshold()[1:])
