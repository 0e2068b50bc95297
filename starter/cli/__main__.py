"""`python -m starter.cli` is `interline`."""

from starter.cli import main

if __name__ == "__main__":
    main()
