"""Metrics under Prisma's names: counters, gauges, histograms in ms. Below engine and stores.

Source: Prisma's documentation, "Metrics". The JSON is that of `prisma.Metrics`, the text is the
Prometheus exposition format.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

BOUNDS_MS: Final = (0, 1, 5, 10, 50, 100, 500, 1000, 5000, 50000)

_DESCRIPTIONS: Final = {
    "prisma_client_queries_total": "Total number of Prisma Client queries executed",
    "prisma_datasource_queries_total": "Total number of Datasource Queries executed",
    "prisma_pool_connections_opened_total": "Total number of Pool Connections opened",
    "prisma_pool_connections_closed_total": "Total number of Pool Connections closed",
    "prismongo_records_skipped_total": (
        "Total number of records left out because they cannot be read"
    ),
    "prisma_client_queries_active": "Number of currently active Prisma Client queries",
    "prisma_client_queries_wait": (
        "Number of Prisma Client queries currently waiting for a connection"
    ),
    "prisma_pool_connections_busy": (
        "Number of currently busy Pool Connections (executing a datasource query)"
    ),
    "prisma_pool_connections_idle": (
        "Number of currently unused Pool Connections (waiting for the next datasource query to run)"
    ),
    "prisma_pool_connections_open": "Number of currently open Pool Connections",
    "prisma_client_queries_wait_histogram_ms": (
        "Histogram of the wait time of all Prisma Client Queries in ms"
    ),
    "prisma_client_queries_duration_histogram_ms": (
        "Histogram of the duration of all executed Prisma Client queries in ms"
    ),
    "prisma_datasource_queries_duration_histogram_ms": (
        "Histogram of the duration of all executed Datasource Queries in ms"
    ),
}


@dataclass(slots=True)
class Histogram:
    """Durations by bucket; the last bucket has no upper bound."""

    counts: list[int] = field(default_factory=lambda: [0] * (len(BOUNDS_MS) + 1))
    sum: float = 0.0

    def add(self, milliseconds: float) -> None:
        """Count one duration."""
        self.counts[bisect_left(BOUNDS_MS, milliseconds)] += 1
        self.sum += milliseconds

    @property
    def count(self) -> int:
        """How many durations there are."""
        return sum(self.counts)


@dataclass(slots=True)
class PoolCounts:
    """The driver's connections."""

    opened: int = 0
    closed: int = 0
    busy: int = 0
    waiting: int = 0
    waits: Histogram = field(default_factory=Histogram)

    @property
    def idle(self) -> int:
        """The number of connections that are not in use or requested."""
        return max(0, self.opened - self.closed - self.busy - self.waiting)


class Place(NamedTuple):
    """Where data is.

    Attributes:
        database: its name; None if it has none.
        host: the server's; None if there are several, or none.
        port: the server's; None for a Unix socket.
    """

    database: str | None = None
    host: str | None = None
    port: int | None = None


class Pool(NamedTuple):
    """The connections to one server, now.

    Attributes:
        place: the database and the server.
        idle: how many are open, and in use by nobody.
        busy: how many are in use.
        waiting: how many operations wait for one.
        most: how many there may be; None: any number.
    """

    place: Place
    idle: int
    busy: int
    waiting: int
    most: int | None


OnWait = Callable[[Place, float], None]
"""Called with the seconds that an operation waited for a connection to a server."""


@dataclass(slots=True)
class Metrics:
    """What one engine has done since it connected."""

    client_queries: int = 0
    active: int = 0
    records_skipped: int = 0
    client_durations: Histogram = field(default_factory=Histogram)
    datasource_durations: Histogram = field(default_factory=Histogram)

    def as_json(self, pool: PoolCounts, labels: Mapping[str, str] | None) -> dict[str, Any]:
        """The form of `prisma.Metrics`."""
        given = dict(labels or {})
        return {
            "counters": [_metric(name, value, given) for name, value in self._counters(pool)],
            "gauges": [_metric(name, value, given) for name, value in _gauges(self, pool)],
            "histograms": [
                _metric(name, _histogram(item), given) for name, item in self._histograms(pool)
            ],
        }

    def as_prometheus(self, pool: PoolCounts, labels: Mapping[str, str] | None) -> str:
        """The Prometheus exposition format."""
        lines: list[str] = []
        suffix = _labels(labels or {})
        for kind, metrics in (("counter", self._counters(pool)), ("gauge", _gauges(self, pool))):
            for name, value in metrics:
                lines += [*_head(name, kind), f"{name}{suffix} {value}", ""]
        for name, item in self._histograms(pool):
            lines += [*_head(name, "histogram"), *_buckets(name, item, labels or {}), ""]
        return "\n".join(lines)

    def _counters(self, pool: PoolCounts) -> Iterable[tuple[str, int]]:
        yield "prisma_client_queries_total", self.client_queries
        yield "prisma_datasource_queries_total", self.datasource_durations.count
        yield "prisma_pool_connections_opened_total", pool.opened
        yield "prisma_pool_connections_closed_total", pool.closed
        if self.records_skipped:  # the others are Prisma's
            yield "prismongo_records_skipped_total", self.records_skipped

    def _histograms(self, pool: PoolCounts) -> Iterable[tuple[str, Histogram]]:
        yield "prisma_client_queries_wait_histogram_ms", pool.waits
        yield "prisma_client_queries_duration_histogram_ms", self.client_durations
        yield "prisma_datasource_queries_duration_histogram_ms", self.datasource_durations


def _gauges(metrics: Metrics, pool: PoolCounts) -> Iterable[tuple[str, int]]:
    is_open = pool.opened - pool.closed
    yield "prisma_client_queries_active", metrics.active
    yield "prisma_client_queries_wait", pool.waiting
    yield "prisma_pool_connections_busy", pool.busy
    yield "prisma_pool_connections_idle", max(0, is_open - pool.busy)
    yield "prisma_pool_connections_open", is_open


def _metric(name: str, value: object, labels: Mapping[str, str]) -> dict[str, Any]:
    return {
        "key": name,
        "labels": dict(labels),
        "value": value,
        "description": _DESCRIPTIONS[name],
    }


def _histogram(item: Histogram) -> dict[str, Any]:
    """A bucket counts values above the bound before and up to its own, as Prisma does."""
    buckets = [[bound, count] for bound, count in zip(BOUNDS_MS, item.counts, strict=False)]
    return {"buckets": buckets, "sum": item.sum, "count": item.count}


def _head(name: str, kind: str) -> list[str]:
    return [f"# HELP {name} {_DESCRIPTIONS[name]}", f"# TYPE {name} {kind}"]


def _buckets(name: str, item: Histogram, labels: Mapping[str, str]) -> list[str]:
    lines, total = [], 0
    for bound, count in zip((*map(str, BOUNDS_MS), "+Inf"), item.counts, strict=True):
        total += count
        lines.append(f"{name}_bucket{_labels({**labels, 'le': bound})} {total}")
    suffix = _labels(labels)
    return [*lines, f"{name}_sum{suffix} {item.sum}", f"{name}_count{suffix} {total}"]


def _labels(labels: Mapping[str, str]) -> str:
    if not labels:
        return ""
    pairs = ",".join(f'{name}="{_escape(value)}"' for name, value in labels.items())
    return "{" + pairs + "}"


def _escape(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
