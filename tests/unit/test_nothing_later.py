"""The gateway says 2xx after the commit only (REL-05): a static check that nothing is left for after the answer."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LATER = {
    *("create_task", "ensure_future", "start_soon", "shield", "run_in_executor", "to_thread", "Thread"),
    *("call_soon", "call_soon_threadsafe", "call_later", "call_at", "run_coroutine_threadsafe"),
    *("BackgroundTask", "BackgroundTasks", "add_task", "background"),
}
"""Names by which work goes on while nobody waits for it; `background` is an argument of Starlette's responses."""
MEANT = {
    ("starter/gateway/app.py", "_watching", "create_task"),
    ("starter/gateway/delivery.py", "deliver", "create_task"),
    ("starter/gateway/guard.py", "_within", "call_later"),
}
"""The readiness watch, which belongs to no request; the events of a webhook, whose group is waited for; the clock that
closes slow connections, which records nothing."""


def test_the_gateway_leaves_nothing_for_after_its_answer() -> None:
    files = [file for package in ("gateway", "webhooks") for file in (ROOT / "starter" / package).rglob("*.py")]
    found = {
        (str(file.relative_to(ROOT)), where, name) for file in files for where, name in _later(file.read_text("utf-8"))
    }
    assert len(files) > 30
    assert found == MEANT


@pytest.mark.parametrize(
    "line",
    ["asyncio.create_task(save())", "BackgroundTasks().add_task(save)", "return Response(background=save)"],
)
def test_the_check_sees_it(line: str) -> None:
    assert [*_later(f"async def handler():\n    {line}\n")]


def _later(text: str) -> Iterator[tuple[str, str]]:
    """Function and name of each."""
    for scope in ast.walk(ast.parse(text)):
        if isinstance(scope, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from ((scope.name, name) for node in ast.walk(scope) for name in _names(node) & LATER)


def _names(node: ast.AST) -> set[str]:
    if isinstance(node, ast.Name):
        return {node.id}
    if isinstance(node, ast.Attribute):
        return {node.attr}
    return {node.arg or ""} if isinstance(node, ast.keyword) else set()
