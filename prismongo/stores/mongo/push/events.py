"""What `push` tells while it works, to whoever gave it a `report`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from prismongo.stores.mongo.push.plan import PushPlan, PushStep
from prismongo.stores.mongo.push.violations import Violation
from prismongo.stores.wanted.specs import IndexSpec


@dataclass(frozen=True, slots=True)
class Planned:
    """First of all: the plan."""

    plan: PushPlan
    drop: bool


@dataclass(frozen=True, slots=True)
class Searching:
    """Before anything is changed: whether documents that are there violate unique indexes."""

    indexes: tuple[IndexSpec, ...]


@dataclass(frozen=True, slots=True)
class Violated:
    """They do, and nothing is changed."""

    violations: tuple[Violation, ...]


@dataclass(frozen=True, slots=True)
class Building:
    """Indexes of one collection are being built; `done` of `total` as the server counts.

    Attributes:
        phase: MongoDB's words for what it does, "scanning collection" and the like.
    """

    indexes: tuple[IndexSpec, ...]
    phase: str
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class Done:
    """A step is done; it took this many seconds, for indexes all of the collection's together."""

    step: PushStep
    seconds: float


PushEvent = Planned | Searching | Violated | Building | Done
Report = Callable[[PushEvent], None]
