"""Observing: every operation is counted, and logged to `prismongo.queries`.

At DEBUG each operation is logged; one slower than the threshold is a WARNING. What an operation
sent is said in MongoDB's words with `?` for every value, unless values are asked for.
What a read leaves out because it cannot be read is a WARNING of `prismongo.records`.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Final

from prisma.errors import DataError

from prismongo.metrics import Metrics
from prismongo.query.nodes.requests import Request
from prismongo.query.nodes.steps import BeginTransaction, Step
from prismongo.settings import DatabaseSettings

logger: Final = logging.getLogger("prismongo.queries")
records_logger: Final = logging.getLogger("prismongo.records")

NAMED: Final = 10
"""How many of the records that a read leaves out are named in the log."""

_VALUES: Final = ("$literal", "$eq")
"""Operators whose operand is a value throughout, the names in it included."""

Describe = Callable[[Step], Any]
"""What a store sends for a step, as a document."""


@dataclass(frozen=True, slots=True)
class LogSettings:
    """What is logged.

    Attributes:
        slow: seconds from which an operation is a WARNING; None for never.
        values: whether values are shown; else `?` stands for each.
    """

    slow: float | None = None
    values: bool = False

    @classmethod
    def of(cls, settings: DatabaseSettings) -> LogSettings:
        """What the settings of a database say of it."""
        slow = settings.slow_query
        return cls(None if slow is None else slow.total_seconds(), settings.log == "values")


class RunningOperation:
    """One operation under way, as a context that ends with it.

    Args:
        observer: is told of it.
        requests: what was asked.
        describe: says what a store sends for a step.

    Attributes:
        result: what it answered; the body of the context says it.
        steps: those that it has taken so far; None where nothing is logged.
    """

    __slots__ = ("_describe", "_observer", "_requests", "_started", "result", "steps")

    def __init__(
        self, observer: Observer, requests: Sequence[Request], describe: Describe, *, keep: bool
    ) -> None:
        self._observer = observer
        self._requests = requests
        self._describe = describe
        self.result: Any = None
        self.steps: list[Step] | None = [] if keep else None
        self._started = time.perf_counter()

    def __enter__(self) -> RunningOperation:
        metrics = self._observer.metrics
        metrics.client_queries += 1
        metrics.active += 1
        return self

    def step(self, step: Step, started: float) -> None:
        """A step of it was executed."""
        seconds = time.perf_counter() - started
        self._observer.metrics.datasource_durations.add(seconds * 1000)
        if self.steps is not None:
            self.steps.append(step)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        seconds = time.perf_counter() - self._started
        metrics = self._observer.metrics
        metrics.active -= 1
        metrics.client_durations.add(seconds * 1000)
        if self.steps is not None:
            result = self.result if error is None else error
            self._observer.log(self.steps, self._requests, seconds, result, self._describe)


@dataclass(slots=True)
class Observer:
    """Counts and logs the operations of one engine."""

    settings: LogSettings
    metrics: Metrics = field(default_factory=Metrics)

    def connected(self, accelerator: str | None) -> None:
        """The store has connected: the first line of the log says how its rows are read."""
        if accelerator is not None:
            text = "The accelerator (PRISMONGO_NATIVE) is %(accelerator)s"
            facts = {"accelerator": accelerator}
            logger.debug(text, facts, extra=facts)

    def operation(self, requests: Sequence[Request], describe: Describe) -> RunningOperation:
        """One operation, which begins where the context is entered."""
        keep = self.settings.slow is not None or logger.isEnabledFor(logging.DEBUG)
        return RunningOperation(self, requests, describe, keep=keep)

    def skipped(self, request: Request, errors: Sequence[DataError]) -> None:
        """A read has left out records that cannot be read: they are counted and named."""
        if not errors:
            return
        self.metrics.records_skipped += len(errors)
        facts = {
            "model": request.model,
            "action": request.action,
            "skipped": len(errors),
            "records": [dict(error.meta, code=error.code) for error in errors[:NAMED]],
        }
        text = "%(model)s.%(action)s left out %(skipped)s records that cannot be read: %(records)s"
        records_logger.warning(text, facts, extra=facts)

    def log(
        self,
        steps: Sequence[Step],
        requests: Sequence[Request],
        seconds: float,
        result: Any,
        describe: Describe,
    ) -> None:
        """The operation is over; `result` is an exception where it failed."""
        slow = self.settings.slow
        level = logging.WARNING if slow is not None and seconds >= slow else logging.DEBUG
        if not logger.isEnabledFor(level):
            return
        shown = [
            self._shown(step, describe) for step in steps if not isinstance(step, BeginTransaction)
        ]
        facts = {
            "model": ",".join(dict.fromkeys(request.model or "-" for request in requests)),
            "action": ",".join(request.action for request in requests),
            "duration_ms": round(seconds * 1000, 3),
            "rows": _rows(result),
            "commands": shown,
        }
        rows = "%(rows)s" if isinstance(result, BaseException) else "%(rows)s rows"
        text = f"%(model)s.%(action)s %(duration_ms)s ms, {rows}: %(commands)s"
        logger.log(level, text, facts, extra=facts)

    def _shown(self, step: Step, describe: Describe) -> Any:
        try:
            command = describe(step)
            return command if self.settings.values else redact(command)
        except RecursionError:
            return "nested too deeply to be shown"


def redact(command: Any) -> Any:
    """A command's form: names and operators stay, every value is `?`."""
    match command:
        case dict():
            return {key: "?" if key in _VALUES else redact(value) for key, value in command.items()}
        case list() | tuple():
            parts = [redact(item) for item in command]
            return parts[:1] if parts and all(part == "?" for part in parts) else parts
        case _:
            return "?"


def _rows(result: Any) -> int | str:
    if isinstance(result, BaseException):
        return type(result).__name__
    if isinstance(result, list):
        return len(result)
    return result if isinstance(result, int) else 1
