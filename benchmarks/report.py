"""The tables as Markdown, and their place in docs/performance.md."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Final

from benchmarks.clients import Cost
from benchmarks.environment import IN_PYTHON
from benchmarks.figure import Figure
from benchmarks.measure import Measured
from benchmarks.profiled import ROOMS, Profile

PLACE: Final = Path(__file__).parents[1] / "docs" / "performance.md"
BEGIN: Final = "<!-- make bench writes from here -->"
END: Final = "<!-- to here -->"


@dataclass
class Report:
    """What was measured."""

    operations: list[Measured] = field(default_factory=list)
    rows: list[Measured] = field(default_factory=list)
    depth: list[Measured] = field(default_factory=list)
    profiles: list[Profile] = field(default_factory=list)
    costs: list[Cost] = field(default_factory=list)
    figures: list[Figure] = field(default_factory=list)

    def as_markdown(self, server: str, rounds: int) -> str:
        """All tables, with the machine above them."""
        parts = [
            machine(server, rounds),
            _operations(self.operations),
            _growth("rows", self.rows),
            _growth("include", self.depth),
            _profiles(self.profiles),
            _costs(self.costs),
            _figures(self.figures),
        ]
        return "\n\n".join(part for part in parts if part)


def write(markdown: str) -> None:
    """Put the tables into docs/performance.md, between the marks."""
    text = PLACE.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    PLACE.write_text(f"{before}{BEGIN}\n\n{markdown}\n\n{END}{after}", encoding="utf-8")


def machine(server: str, rounds: int) -> str:
    """What it was measured on; the load is that of the last minute before the report."""
    packages = ", ".join(
        f"{name} {version(name)}" for name in ("pymongo", "pydantic", "prisma", "beanie")
    )
    return (
        f"Measured {datetime.now(UTC):%Y-%m-%d} on {_processor()}, {os.cpu_count()} cores, "
        f"{platform.system()} {platform.release().partition('-')[0]}; "
        f"CPython {platform.python_version()}, {packages}; "
        f"mongod {server} on loopback, a replica set of one. {rounds} rounds, "
        f"load average {os.getloadavg()[0]:.1f}."
    )


def _processor() -> str:
    information = Path("/proc/cpuinfo")
    if information.is_file():
        for line in information.read_text(encoding="utf-8").splitlines():
            name, _, value = line.partition(":")
            if name.strip() == "model name":
                return value.strip()
    return platform.processor() or platform.machine()


def _operations(measured: Sequence[Measured]) -> str:
    if not measured:
        return ""
    base, *others = measured[0].times
    ours = others[-1]
    head = [
        *("operation", f"{base}, ms", *others, "middle half"),
        *(f"CPU of {IN_PYTHON}", "target", "CPU of ours", "target", ""),
    ]
    lines = [_line(head), _line(["---"] + ["---:"] * (len(head) - 2) + ["---"])]
    for each in measured:
        low, high = each.spread(ours)
        lines.append(
            _line(
                [
                    each.operation.name,
                    f"{each.milliseconds(base):.3g}",
                    *(f"{each.ratio(name):.2f}" for name in others),
                    f"{low:.2f} to {high:.2f}",
                    *_cpu(each),
                ]
            )
        )
    return "\n".join(lines)


def _cpu(measured: Measured) -> list[str]:
    """The CPU time of ours, without and with the accelerator, beside the targets."""
    target = measured.operation.target
    limits = ("", "") if target is None else (f"≤ {limit:.2f}" for limit in target)
    names = list(measured.times)[-2:]
    found = zip((f"{measured.cpu_ratio(name):.2f}" for name in names), limits, strict=True)
    verdict = "" if target is None else "**missed**" if measured.is_missed else "met"
    return [cell for pair in found for cell in pair] + [verdict]


def _growth(what: str, measured: Sequence[Measured]) -> str:
    if not measured:
        return ""
    base, *ours = measured[0].times
    cpu = [cell for name in ours for cell in (f"CPU of {name}", "target")]
    lines = [_line([what, f"{base}, ms", *ours, *cpu, ""])]
    lines.append(_line(["---"] + ["---:"] * (len(ours) * 3 + 1) + ["---"]))
    lines += [
        _line(
            [
                each.operation.name,
                f"{each.milliseconds(base):.3g}",
                *(f"{each.ratio(name):.2f}" for name in ours),
                *_cpu(each),
            ]
        )
        for each in measured
    ]
    return "\n".join(lines)


def _profiles(profiles: Sequence[Profile]) -> str:
    """Where the CPU time of the operations goes that miss their target."""
    if not profiles:
        return ""
    head = ["missed", "PyMongo, all", "ours, all", *ROOMS]
    lines = [_line(head), _line(["---"] + ["---:"] * (len(head) - 1))]
    for each in profiles:
        times = [each.base, sum(each.ours.values()), *(each.ours[room] for room in ROOMS)]
        lines.append(_line([each.name, *(f"{time:,.0f}" for time in times)]))
    return "\n".join(lines)


def _costs(costs: Sequence[Cost]) -> str:
    if not costs:
        return ""
    lines = [_line(["the client", "upstream", "ours", "ratio"]), _line(["---"] + ["---:"] * 3)]
    for each in costs:
        values = [f"{_short(value)} {each.unit}".rstrip() for value in (each.upstream, each.ours)]
        lines.append(_line([each.name, *values, f"{each.ours / each.upstream:.2f}"]))
    return "\n".join(lines)


def _figures(figures: Sequence[Figure]) -> str:
    if not figures:
        return ""
    lines = [_line(["figure", "value", "target", ""]), _line(["---", "---:", "---:", "---"])]
    for each in figures:
        target = "" if each.target is None else f"≤ {each.target:,.0f} {each.unit}"
        lines.append(_line([each.name, f"{_short(each.value)} {each.unit}", target, each.verdict]))
    return "\n".join(lines)


def _short(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
