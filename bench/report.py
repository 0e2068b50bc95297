"""The results as data and as the Markdown table of docs/performance.md."""

import statistics
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from bench.rounds import Round, cpu_ratio, throughput_ratio

PEERS: Final = ("outbox", "DBOS", "Restate")
TEMPORAL: Final = ("ours", "bound", "bound + HTTP", "naive", "ours (PostgreSQL)", "bound (PostgreSQL)")
ORDER: Final = (*TEMPORAL, "naive (PostgreSQL)", *PEERS)
COLUMNS: Final = ("worker", "gateway", "engine", "database", "stub", "generator")
"""What a process is to its design; the engine is the Temporal or the Restate server."""


@dataclass(kw_only=True)
class Report:
    """One run."""

    machine: dict[str, str]
    events: int
    transitions: int
    rounds: list[Round] = field(default_factory=list)
    in_and_out: dict[str, float] = field(default_factory=dict)
    replay: dict[str, dict[str, float]] = field(default_factory=dict)
    memory: dict[str, float] = field(default_factory=dict)
    outage: dict[str, float] = field(default_factory=dict)
    acknowledgement: dict[str, float] = field(default_factory=dict)
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
            *(f"\n{note}" for note in report.notes),
        ]
    )


def _headline(report: Report) -> str:
    machine = ", ".join(f"{name} {value}" for name, value in report.machine.items())
    return f"Machine: {machine}. One order, events spaced: {report.events} events, {report.transitions} transitions."


def _designs(rounds: list[Round]) -> Iterator[str]:
    yield f"| design | orders/s (range) | CPU ms per order: all | {' | '.join(COLUMNS)} |"
    yield "|---" * (3 + len(COLUMNS)) + "|"
    for name in _names(rounds):
        mine = [result for result in rounds if result.design == name]
        speed = [result.orders_per_second for result in mine]
        shown = f"{statistics.median(speed):.1f} ({min(speed):.1f}–{max(speed):.1f})"  # noqa: RUF001  a range
        cpu = [_median(result.cpu_ms.get(column) for result in mine) for column in COLUMNS]
        whole = statistics.median(sum(result.cpu_ms.values()) for result in mine)
        yield f"| {name} | {shown} | {whole:.0f} | {' | '.join(cpu)} |"


def _median(values: Iterable[float | None]) -> str:
    known = [value for value in values if value is not None]
    return f"{statistics.median(known):.0f}" if known else "–"  # noqa: RUF001  a dash


def _ratios(rounds: list[Round]) -> Iterator[str]:
    """Each design against ours on the same kind of server; the peers on a database against ours on one."""
    yield "| per round, median (range) | orders/s, ours : it | worker CPU, it : ours | all CPU, it : ours |"
    yield "|---|---|---|---|"
    names = list(_names(rounds))
    for name in names:
        if (ours := _rival(name, names)) in names and ours != name:
            ratios = (
                throughput_ratio(rounds, ours, name),
                cpu_ratio(rounds, (name, "worker"), (ours, "worker")),
                cpu_ratio(rounds, (name, ""), (ours, "")),
            )
            yield f"| {name} : {ours} | {' | '.join(map(str, ratios))} |"


def _names(rounds: list[Round]) -> Iterable[str]:
    return sorted({result.design for result in rounds}, key=_place)


def _place(name: str) -> int:
    return ORDER.index(name) if name in ORDER else len(ORDER)


def _rival(name: str, names: list[str]) -> str:
    """Which row of ours a design is held against."""
    production = "ours (PostgreSQL)"
    on_database = name.endswith("(PostgreSQL)") or name in PEERS
    return production if on_database and production in names else "ours"


def _pairs(unit: str, figures: Mapping[str, float]) -> Iterator[str]:
    yield f"| figure | {unit} |"
    yield "|---|---|"
    yield from _lines(figures)


def _lines(figures: Mapping[str, float]) -> Iterator[str]:
    for name, value in figures.items():
        yield f"| {name} | {value:.1f} |"
