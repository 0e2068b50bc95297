"""The results as data and as the Markdown table of docs/performance.md."""

import statistics
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from bench.rounds import Round, cpu_ratio, throughput_ratio


@dataclass(kw_only=True)
class Report:
    """One run."""

    machine: dict[str, str]
    events: int
    transitions: int
    rounds: list[Round]
    in_and_out: dict[str, float]
    replay: dict[str, dict[str, float]]
    memory: dict[str, float]
    outage: dict[str, float]
    acknowledgement: dict[str, float]
    notes: list[str] = field(default_factory=list)


def table(report: Report) -> str:
    """The whole report as Markdown."""
    return "\n".join(
        [
            _headline(report),
            "",
            *_designs(report.rounds),
            "",
            *_ratios(report.rounds),
            "",
            *_pairs("milliseconds", {"ack " + name: value for name, value in report.acknowledgement.items()}),
            *_lines({"webhook in → out " + name: value for name, value in report.in_and_out.items()}),
            *_lines({f"worker memory, {orders} open orders, MB": size for orders, size in report.memory.items()}),
            *_lines({f"60 s outage: {name}": value for name, value in report.outage.items()}),
            "",
            "| statuses | events | KB | replay ms |",
            "|---|---|---|---|",
            *(
                f"| {count} | {found['events']:.0f} | {found['kilobytes']:.0f} | {found['milliseconds']:.0f} |"
                for count, found in report.replay.items()
            ),
        ]
    )


def _headline(report: Report) -> str:
    machine = ", ".join(f"{name} {value}" for name, value in report.machine.items())
    return f"Machine: {machine}. One order, events spaced: {report.events} events, {report.transitions} transitions."


def _designs(rounds: list[Round]) -> Iterator[str]:
    yield ("| design | orders/s (range) | CPU ms per order: worker | gateway | Temporal | stub | generator |")
    yield "|---|---|---|---|---|---|---|"
    for name in dict.fromkeys(result.design for result in rounds):
        mine = [result for result in rounds if result.design == name]
        speed = [result.orders_per_second for result in mine]
        worker = "worker" if name == "ours" else "reference"
        cpu = [
            f"{statistics.median(result.cpu_ms.get(process, 0.0) for result in mine):.0f}"
            for process in (worker, "gateway", "temporal", "stub", "generator")
        ]
        shown = f"{statistics.median(speed):.1f} ({min(speed):.1f}–{max(speed):.1f})"  # noqa: RUF001  a range
        yield f"| {name} | {shown} | {' | '.join(cpu)} |"


def _ratios(rounds: list[Round]) -> Iterator[str]:
    yield "| ratio, per round | median (range) |"
    yield "|---|---|"
    for other in ("bound", "bound + HTTP", "naive"):
        yield f"| orders/s, ours : {other} | {throughput_ratio(rounds, 'ours', other)} |"
    for other in ("bound", "bound + HTTP", "naive"):
        yield f"| worker CPU, {other} : ours | {cpu_ratio(rounds, (other, 'reference'), ('ours', 'worker'))} |"
        yield f"| Temporal CPU, {other} : ours | {cpu_ratio(rounds, (other, 'temporal'), ('ours', 'temporal'))} |"


def _pairs(unit: str, figures: Mapping[str, float]) -> Iterator[str]:
    yield f"| figure | {unit} |"
    yield "|---|---|"
    yield from _lines(figures)


def _lines(figures: Mapping[str, float]) -> Iterator[str]:
    for name, value in figures.items():
        yield f"| {name} | {value:.1f} |"
