"""What can keep a stack from running, in words for the person who started it."""


class StackError(Exception):
    """The text says what is wrong and the fix, in one or two sentences."""
