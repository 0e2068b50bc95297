"""The one table of timeouts, budgets and retries. Seconds; the reasons stand beside the numbers."""

from datetime import timedelta
from typing import Final

from temporalio.common import RetryPolicy

from interline.domain.policy import HOLD_SECONDS

ONE_TRY: Final = RetryPolicy(maximum_attempts=1)

LOCAL_SLACK: Final = 0.5
"""The activity ends itself at its budget; the engine's own timeout only catches a stuck one."""

DURABLE_SLACK: Final = 5.0
"""Over the call's budget: how long after a killed worker the next try starts."""

PARTNER_TRIES: Final = timedelta(hours=24)
"""Then a human decides."""

PARTNER_RETRIES: Final = RetryPolicy(
    initial_interval=timedelta(seconds=1), backoff_coefficient=2.0, maximum_interval=timedelta(seconds=60)
)
"""Only for tries that ended without an answer of ours (a killed worker); every failure names its own next time."""

ASKING: Final = timedelta(seconds=30)
"""A question to a partner whose declared rate forbids a local try: then the deadline acts without an answer."""

FEW_TRIES: Final = RetryPolicy(initial_interval=timedelta(seconds=1), maximum_attempts=3)
"""To read an order; nobody's order depends on it."""

ENGINE_BUDGET: Final = 5.0
"""A question to the engine about ourselves."""

PRICING_TRY: Final = 1.8
"""Two tries of a provider fit into the time a client waits for a price."""

WEBHOOKS_TRIED_NOW: Final = 2
"""More waiting client webhooks than this go durable: commands and timers of an order wait for its local calls."""


WEBHOOK_BUDGET: Final = 15.0
"""One durable try of a client webhook, from look-up to the end of the answer."""

RECOVERY_TRY: Final = timedelta(minutes=5)
"""To make the waiting deliveries of thousands of orders due."""


def delivery_window(schedule_seconds: list[float], hold_seconds: float = HOLD_SECONDS) -> timedelta:
    """Longer than a client webhook can take: being held and a long Retry-After before each try, schedule, jitter.

    So it is the activity that ends it, with the log of its tries; the engine's own timeout only catches a stuck one.
    """
    before_each = hold_seconds + 86_400.0
    return timedelta(seconds=sum(schedule_seconds) * 1.2 + before_each * (len(schedule_seconds) + 1))


def seconds(value: float) -> timedelta:
    """A duration, from its number of seconds."""
    return timedelta(seconds=value)
