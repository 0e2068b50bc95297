"""A clock that tests move by hand."""


class Clock:
    """Seconds, as `time.monotonic` counts them."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now
