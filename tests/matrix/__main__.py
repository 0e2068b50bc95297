"""`python -m tests.matrix`: write `docs/failure-matrix.md` and say how much is shown."""

from tests.matrix.page import PAGE, counts, page

PAGE.write_text(page())
print(counts())  # noqa: T201  a command
