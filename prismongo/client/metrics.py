"""What `get_metrics` answers, under upstream's names.

Source of the form: Prisma's documentation, "Metrics". Upstream has the same classes; their module
leads type checkers to an HTTP client and all that this needs.
"""

from __future__ import annotations

from typing import Generic, NamedTuple, TypeVar

from pydantic import BaseModel

__all__ = ["HistogramBucket", "Metric", "MetricHistogram", "Metrics"]

ValueT = TypeVar("ValueT")


class HistogramBucket(NamedTuple):
    """How many values were at most so large."""

    max_value: float
    total_count: int


class MetricHistogram(BaseModel):
    """The values seen: their sum in milliseconds, their number, and how they are spread."""

    sum: float
    count: int
    buckets: list[HistogramBucket]


class Metric(BaseModel, Generic[ValueT]):
    """One figure."""

    key: str
    value: ValueT
    labels: dict[str, str]
    description: str


class Metrics(BaseModel):
    """All figures since connect."""

    counters: list[Metric[int]]
    gauges: list[Metric[float]]
    histograms: list[Metric[MetricHistogram]]
