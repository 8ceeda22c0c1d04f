"""The spans: of an operation, of a transaction, of a change that a consumer handles."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextvars import Context as Variables
from typing import Final, NamedTuple, Self

from opentelemetry.context import Context, attach, get_current
from opentelemetry.metrics import Histogram
from opentelemetry.trace import Span, SpanKind, StatusCode, Tracer, set_span_in_context
from prisma.errors import RecordNotFoundError

from prismongo import spans
from prismongo.query.errors.related import is_related
from prismongo.telemetry.failures import failure_of

ATTEMPTS: Final = "prismongo.transaction.attempts"
CHANGE: Final = "prismongo.change.operation"
COLLECTION: Final = "db.collection.name"
ROWS: Final = "db.response.returned_rows"


class Subject(NamedTuple):
    """What a span is about.

    Attributes:
        name: the span's name.
        attributes: those that are known when it begins; metrics have them, too.
        sizes: numbers that only the span has.
        has_rows: whether the operation answers records.
        may_miss: whether it changes one record, which need not be there.
    """

    name: str
    attributes: Mapping[str, str | int]
    sizes: Mapping[str, int] = {}
    has_rows: bool = False
    may_miss: bool = False

    def is_answer(self, error: BaseException) -> bool:
        """Whether an error is an answer: the client makes None of it, unless it is to raise."""
        is_missing = isinstance(error, RecordNotFoundError) and not is_related(error)
        return self.may_miss and is_missing


class _Current:
    """A span that is current from its begin to its end, where that is possible.

    It ends where it was begun, as a rule. In another task, or where something else has become
    current meanwhile, the context is left as it is: a token could not be used there.
    """

    __slots__ = ("_around", "_context", "_is_over", "span")

    def __init__(self, span: Span) -> None:
        self.span = span
        self._is_over = False
        self._around = get_current()
        self._context: Context = set_span_in_context(span, self._around)
        attach(self._context)

    def end(self, failure: Mapping[str, str] | None) -> None:
        """End it; nothing if it is over."""
        if self._is_over:
            return
        self._is_over = True
        if failure is not None and self.span.is_recording():
            self.span.set_attributes(failure)
            self.span.set_status(StatusCode.ERROR)
        self.span.end()
        if get_current() is self._context:
            attach(self._around)


class Operation:
    """The span and the duration of one operation, as a context manager.

    Args:
        tracer: begins the span.
        duration: records how long it took.
        subject: what the operation is.
    """

    __slots__ = ("_current", "_duration", "_started", "_subject", "_tracer")

    def __init__(self, tracer: Tracer, duration: Histogram, subject: Subject) -> None:
        self._tracer = tracer
        self._duration = duration
        self._subject = subject

    def __enter__(self) -> Self:
        attributes, sizes = self._subject.attributes, self._subject.sizes
        self._started = time.perf_counter()
        self._current = _Current(
            self._tracer.start_span(
                self._subject.name,
                kind=SpanKind.CLIENT,
                attributes={**attributes, **sizes} if sizes else attributes,
            )
        )
        return self

    def returned(self, answer: object) -> None:
        """It has succeeded."""
        span = self._current.span
        if self._subject.has_rows and span.is_recording():
            rows = len(answer) if isinstance(answer, list) else int(answer is not None)
            span.set_attribute(ROWS, rows)

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        attributes, failure = self._subject.attributes, None
        if error is not None and self._subject.is_answer(error):
            self.returned(None)
        elif error is not None:
            failure = failure_of(error)
            attributes = {**attributes, **failure}
        self._duration.record(time.perf_counter() - self._started, attributes)
        self._current.end(failure)


class RecordedSpan(spans.Span):
    """A transaction, or a change that is handled."""

    __slots__ = ("_attempts", "_current")

    def __init__(self, span: Span) -> None:
        self._current = _Current(span)
        self._attempts = 0

    def attempt(self, lost: BaseException | None) -> None:
        """Count it, and say what the one before was lost by."""
        if lost is not None:
            self._current.span.add_event(
                "attempt lost", {ATTEMPTS: self._attempts, **failure_of(lost)}
            )
        self._attempts += 1
        self._current.span.set_attribute(ATTEMPTS, self._attempts)

    def end(self, error: BaseException | None = None) -> None:
        """End it where that has not been done."""
        if error is None or isinstance(error, GeneratorExit):  # whose generator was closed
            self._current.end(None)
        else:
            self._current.end(failure_of(error))


class RecordedSpans(spans.Spans):
    """Begins the spans of transactions and of handled changes.

    Args:
        tracer: begins them.
        attributes: gives those of the database, and of a model's collection.
    """

    def __init__(
        self, tracer: Tracer, attributes: Callable[[str | None], dict[str, str | int]]
    ) -> None:
        self._tracer = tracer
        self._attributes = attributes

    def transaction(self) -> spans.Span:
        """A span around what the application does in it: no request of its own."""
        attributes = self._attributes(None) | {"db.operation.name": "transaction", ATTEMPTS: 1}
        return RecordedSpan(self._tracer.start_span("transaction", attributes=attributes))

    def change(self, model: str, operation: str) -> spans.Span:
        """A span from the delivery of a change to the next, or to the end of the loop."""
        attributes = self._attributes(model) | {"db.operation.name": "handle", CHANGE: operation}
        name = f"handle {attributes[COLLECTION]}"
        return RecordedSpan(
            self._tracer.start_span(name, kind=SpanKind.CONSUMER, attributes=attributes)
        )


def carry(variables: Variables) -> None:
    """Make the span that is current here the current one there, for a rollback."""
    variables.run(attach, get_current())
