"""What a test exports: spans as a tree, and metrics by their names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from opentelemetry.context import Context
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace import Span as SdkSpan
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import Span, Tracer
from pymongo import monitoring

NOT_OURS = ("hello", "ping", "endSessions", "listCollections", "createIndexes", "create")


class _Begun(SpanProcessor):
    """Knows the spans that have begun: how many of each trace, and which have not ended."""

    def __init__(self) -> None:
        self.spans: dict[int, str] = {}
        self.of_trace = Counter[int]()

    def on_start(self, span: SdkSpan, parent_context: Context | None = None) -> None:
        """One begins."""
        self.spans[span.context.span_id] = span.name
        self.of_trace[span.context.trace_id] += 1

    def on_end(self, span: ReadableSpan) -> None:
        """One ends."""
        del self.spans[span.context.span_id]


class Exported:
    """The spans and metrics of one test.

    Attributes:
        tracer: for spans of the test's own.
    """

    def __init__(self) -> None:
        self._exporter = InMemorySpanExporter()
        self.traces = TracerProvider()
        self.traces.add_span_processor(SimpleSpanProcessor(self._exporter))
        self._begun = _Begun()
        self.traces.add_span_processor(self._begun)
        self._reader = InMemoryMetricReader()
        self.meters = MeterProvider([self._reader])
        self.tracer: Tracer = self.traces.get_tracer("test")

    def clear(self) -> None:
        """Forget the spans."""
        self._exporter.clear()

    @property
    def unfinished(self) -> list[str]:
        """The names of those that have begun, and have not ended."""
        return list(self._begun.spans.values())

    def begun(self, trace: int) -> int:
        """How many spans of a trace have begun."""
        return self._begun.of_trace[trace]

    @property
    def spans(self) -> list[ReadableSpan]:
        """Those that have ended, in the order in which they began."""
        return sorted(self._exporter.get_finished_spans(), key=lambda span: span.start_time or 0)

    def one(self, name: str) -> ReadableSpan:
        """The only span whose name begins like this."""
        (found,) = [span for span in self.spans if span.name.startswith(name)]
        return found

    def attributes(self, name: str) -> Mapping[str, Any]:
        """The attributes of that span."""
        return dict(self.one(name).attributes or {})

    @property
    def tree(self) -> list[str]:
        """The names, each behind as many dots as it has spans above it."""
        return list(self._below(None, ""))

    def _below(self, parent: int | None, dots: str) -> Any:
        known = {span.context.span_id for span in self.spans}
        for span in self.spans:
            above = span.parent.span_id if span.parent else None
            assert above is None or above in known, f"{span.name} ended before what it belongs to"
            if above == parent:
                yield dots + span.name
                yield from self._below(span.context.span_id, f"{dots}.")

    def points(self, name: str) -> list[Any]:
        """The data points of a metric."""
        data: Any = self._reader.get_metrics_data()
        return [
            point
            for resource in (data.resource_metrics if data else ())
            for scope in resource.scope_metrics
            for metric in scope.metrics
            if metric.name == name
            for point in metric.data.data_points
        ]


class DriverSpans(monitoring.CommandListener):
    """A span for each command, made as the instrumentation of PyMongo makes it."""

    def __init__(self, tracer: Tracer) -> None:
        self._tracer = tracer
        self._open: dict[int, Span] = {}

    def started(self, event: monitoring.CommandStartedEvent) -> None:
        """The driver sends a command."""
        if event.command_name not in NOT_OURS:
            self._open[event.request_id] = self._tracer.start_span(f"pymongo {event.command_name}")

    def succeeded(self, event: monitoring.CommandSucceededEvent) -> None:
        """The server has answered."""
        self._end(event.request_id)

    def failed(self, event: monitoring.CommandFailedEvent) -> None:
        """The server has refused."""
        self._end(event.request_id)

    def _end(self, request: int) -> None:
        if (span := self._open.pop(request, None)) is not None:
            span.end()
