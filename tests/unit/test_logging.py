"""One event is one line of JSON, whatever a stranger sent (SEC-05)."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

LOGS = """
import logging, pathlib, sys
import structlog
from interline.runtime.logging import configure

configure(process="test", file=pathlib.Path(sys.argv[1]))
text = sys.argv[2].encode().decode("unicode_escape")
structlog.get_logger().info("taken", text=text, **{text: "as a name"})
logging.getLogger("library").warning("heard %s", text)
try:
    raise ValueError(text)
except ValueError:
    structlog.get_logger().exception("failed")
"""


@pytest.mark.parametrize(
    "text",
    [
        r'a\r\n{"event": "forged"}',
        r"a\n\n\nb",
        r"\x1b[2J\x1b[31mred",
        r"\x9b31m\x7f\x85",
        r"txt\u202eexe.\u2066\u200f",
        r"a\u2028b\u2029c",
        r'a\\"\\u000a"',
    ],
)
def test_no_text_breaks_a_line_or_moves_a_terminal(tmp_path: Path, text: str) -> None:
    file = tmp_path / "log"
    subprocess.run([sys.executable, "-c", LOGS, str(file), text], check=True, cwd=Path(__file__).parents[2])
    written = file.read_bytes().decode()

    lines = [json.loads(line) for line in written.splitlines()]
    assert [line["event"].split()[0] for line in lines] == ["taken", "heard", "failed"]
    assert lines[0]["text"] == text.encode().decode("unicode_escape"), "escaped, not changed"
    assert [character for character in written if character != "\n" and not character.isprintable()] == []
