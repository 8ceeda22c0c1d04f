"""The metrics of OpenTelemetry: one set of instruments for all engines of a meter provider."""

from __future__ import annotations

import weakref
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from importlib.metadata import PackageNotFoundError, version
from typing import Final

from opentelemetry import metrics
from opentelemetry.metrics import CallbackOptions, MeterProvider, Observation

from prismongo.metrics import Place, Pool

SCOPE: Final = "prismongo"
SECONDS: Final = (0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10)
"""The bounds that the conventions advise for the duration of an operation."""

Read = Callable[[], Iterable[Pool]]
"""Reads the pools of one engine."""

Numbers = Callable[[Pool], Iterator[tuple[int, Mapping[str, str]]]]
"""Numbers of a pool, with the attributes that tell them apart."""


def scope_version() -> str | None:
    """The version of this library, for tracers and meters."""
    try:
        return version(SCOPE)
    except PackageNotFoundError:  # it runs from its sources
        return None


class Instruments:
    """What is measured.

    Pools are read when somebody collects the metrics, in whatever thread that is.

    Args:
        provider: makes the meter.
    """

    def __init__(self, provider: MeterProvider) -> None:
        meter = provider.get_meter(SCOPE, scope_version())
        self.duration = meter.create_histogram(
            "db.client.operation.duration",
            unit="s",
            description="Duration of database client operations.",
            explicit_bucket_boundaries_advisory=SECONDS,
        )
        self._wait_time = meter.create_histogram(
            "db.client.connection.wait_time",
            unit="s",
            description="The time it took to obtain an open connection from the pool.",
        )
        self._engines: set[weakref.ref[Read]] = set()
        for name, unit, description, numbers in _POOLS:
            meter.create_observable_up_down_counter(
                f"db.client.connection.{name}",
                callbacks=[self._reading(numbers)],
                unit=unit,
                description=description,
            )

    def watch(self, read: Read) -> None:
        """Read these pools, too, as long as `read` exists."""
        self._engines.add(weakref.ref(read, self._engines.discard))

    def waited(self, place: Place, seconds: float) -> None:
        """An operation waited for a connection."""
        self._wait_time.record(seconds, _named(place))

    def _reading(self, numbers: Numbers) -> Callable[[CallbackOptions], Iterable[Observation]]:
        def observe(options: CallbackOptions) -> Iterable[Observation]:
            sums: Counter[frozenset[tuple[str, str]]] = Counter()
            for reference in tuple(self._engines):
                read = reference()
                for pool in () if read is None else read():
                    for number, attributes in numbers(pool):
                        sums[frozenset({**_named(pool.place), **attributes}.items())] += number
            return [Observation(number, dict(key)) for key, number in sums.items()]

        return observe


def _named(place: Place) -> dict[str, str]:
    """The name of a pool, in the form of the conventions: `server:port/database`."""
    server = place.host if place.port is None else f"{place.host}:{place.port}"
    return {"db.client.connection.pool.name": f"{server}/{place.database}"}


def _count(pool: Pool) -> Iterator[tuple[int, Mapping[str, str]]]:
    yield pool.idle, {"db.client.connection.state": "idle"}
    yield pool.busy, {"db.client.connection.state": "used"}


def _most(pool: Pool) -> Iterator[tuple[int, Mapping[str, str]]]:
    if pool.most is not None:
        yield pool.most, {}


def _pending(pool: Pool) -> Iterator[tuple[int, Mapping[str, str]]]:
    yield pool.waiting, {}


_POOLS: Final[tuple[tuple[str, str, str, Numbers], ...]] = (
    ("count", "{connection}", "The number of connections that are idle, or used.", _count),
    ("max", "{connection}", "The maximum number of open connections allowed.", _most),
    ("pending_requests", "{request}", "The number of requests waiting for a connection.", _pending),
)

_MADE: Final[weakref.WeakKeyDictionary[MeterProvider, Instruments]] = weakref.WeakKeyDictionary()


def instruments() -> Instruments:
    """Those of the meter provider that is set now."""
    provider = metrics.get_meter_provider()
    if provider not in _MADE:
        _MADE[provider] = Instruments(provider)
    return _MADE[provider]
