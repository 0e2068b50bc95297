"""The published OpenAPI document against a whole running stack: every check of schemathesis, no failure."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import Figure, NewStack

HERE = Path(__file__).parent
TOLD = ("Tested:", "generated", "Scenarios:", "API Links:")
"""Operations and cases; of the stateful phase its sequences, and how many links from answer to request they went."""


@pytest.mark.full
@pytest.mark.stack
@pytest.mark.timeout(900)
def test_the_gateway_keeps_its_published_document(new_stack: NewStack, tmp_path: Path, figure: Figure) -> None:
    manifest = new_stack().manifest
    ran = subprocess.run(
        [
            *(sys.executable, "-m", "schemathesis.cli", "--config-file", HERE / "schemathesis.toml"),
            *("run", f"{manifest.gateway}/openapi.json", "--checks", "all", "--max-examples", "10", "--seed", "1"),
            *("--header", f"X-API-Key: {manifest.clients[0].api_key}", "--request-timeout", "15", "--no-color"),
            *(
                "--phases",
                "examples,coverage,fuzzing,stateful",
                "--generation-allow-x00",
                "false",
                "--rate-limit",
                "150/s",
            ),
            *("--continue-on-failure", "--warnings", "off", "--generation-database", "none"),
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    figure(" ".join(line.strip() for line in ran.stdout.splitlines() if any(word in line for word in TOLD)))
    assert ran.returncode == 0, ran.stdout
