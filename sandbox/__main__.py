"""`python -m sandbox --config FILE`."""

import argparse
from pathlib import Path

from sandbox.config import SandboxConfig
from sandbox.server import make_server


def main() -> None:
    """Serve until SIGINT or SIGTERM."""
    parser = argparse.ArgumentParser(prog="python -m sandbox", description="Interline's partners, as one server")
    parser.add_argument("--config", type=Path, required=True, help="JSON file, see sandbox/config.py")
    config = SandboxConfig.model_validate_json(parser.parse_args().config.read_bytes())
    make_server(config).run()


if __name__ == "__main__":
    main()
