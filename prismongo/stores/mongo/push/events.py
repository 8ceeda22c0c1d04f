"""Events of a push: its progress, for the `report`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from prismongo.stores.mongo.push.plan import PushPlan, PushStep
from prismongo.stores.mongo.push.violations import Violation
from prismongo.stores.wanted.specs import IndexSpec


@dataclass(frozen=True, slots=True)
class Planned:
    """The plan is made; the first event."""

    plan: PushPlan
    drop: bool
    shard: bool = False


@dataclass(frozen=True, slots=True)
class Searching:
    """Existing documents are checked against the unique indexes, before any change."""

    indexes: tuple[IndexSpec, ...]


@dataclass(frozen=True, slots=True)
class Violated:
    """Documents violate unique indexes, and nothing is changed."""

    violations: tuple[Violation, ...]


@dataclass(frozen=True, slots=True)
class Building:
    """Indexes of one collection are being built; `done` of `total` as the server counts.

    Attributes:
        phase: the phase of the build in the words of MongoDB, like "scanning collection".
    """

    indexes: tuple[IndexSpec, ...]
    phase: str
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class Done:
    """A step is done. For indexes, `seconds` is the time for all of the collection."""

    step: PushStep
    seconds: float


PushEvent = Planned | Searching | Violated | Building | Done
Report = Callable[[PushEvent], None]
