"""The command `interline`."""

from starter.cli.app import main

__all__ = ["main"]
