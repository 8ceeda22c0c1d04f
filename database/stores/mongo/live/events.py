"""What `push` tells while it works, to whoever gave it a `report`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from database.stores.mongo.live.plan import Plan, Step
from database.stores.mongo.live.specs import IndexSpec
from database.stores.mongo.live.violations import Violation


@dataclass(frozen=True, slots=True)
class Planned:
    """First of all: the plan."""

    plan: Plan
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

    step: Step
    seconds: float


Event = Planned | Searching | Violated | Building | Done
Report = Callable[[Event], None]
