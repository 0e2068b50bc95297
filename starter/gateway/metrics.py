"""Request counts and durations as Prometheus text."""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Final, NamedTuple

BUCKETS_SECONDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0)


class Series(NamedTuple):
    """One line of a metric. The route is its template, so that the number of series stays small."""

    method: str
    route: str
    status: int


class Metrics:
    """What this process answered since its start."""

    def __init__(self) -> None:
        self._buckets: defaultdict[Series, list[int]] = defaultdict(lambda: [0] * (len(BUCKETS_SECONDS) + 1))
        self._seconds: defaultdict[Series, float] = defaultdict(float)
        self._rejected: Counter[str] = Counter()

    def request(self, series: Series, seconds: float) -> None:
        """One answered request."""
        self._buckets[series][bisect_left(BUCKETS_SECONDS, seconds)] += 1
        self._seconds[series] += seconds

    def rejected_webhook(self, route: str) -> None:
        """One webhook that did not prove its sender."""
        self._rejected[route] += 1

    def text(self) -> str:
        """The exposition format, version 0.0.4."""
        return "\n".join(self._lines()) + "\n"

    def _lines(self) -> Iterator[str]:
        name = "interline_gateway_request_seconds"
        yield f"# HELP {name} Duration of requests by method, route template and status."
        yield f"# TYPE {name} histogram"
        for series, counts in self._buckets.items():
            labels = f'method="{series.method}",route="{series.route}",status="{series.status}"'
            total = 0
            for bound, count in zip((*BUCKETS_SECONDS, "+Inf"), counts, strict=True):
                total += count
                yield f'{name}_bucket{{{labels},le="{bound}"}} {total}'
            yield f"{name}_sum{{{labels}}} {self._seconds[series]:.6f}"
            yield f"{name}_count{{{labels}}} {total}"
        yield "# HELP interline_gateway_webhooks_rejected_total Webhooks that did not prove their sender."
        yield "# TYPE interline_gateway_webhooks_rejected_total counter"
        for route, count in self._rejected.items():
            yield f'interline_gateway_webhooks_rejected_total{{route="{route}"}} {count}'
