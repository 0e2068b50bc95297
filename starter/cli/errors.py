"""What a command tells the person who typed it."""


class CliError(Exception):
    """The text is one or two sentences: what is wrong, and the fix."""
