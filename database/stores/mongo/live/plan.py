"""What is wanted and what is found → the steps between them (`plan`), in the order shown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from database.stores.mongo.live.specs import IndexSpec

Indexes = Mapping[str, tuple[IndexSpec, ...]]


@dataclass(frozen=True, slots=True)
class CreateCollection:
    """The collection of a model is not there."""

    collection: str


@dataclass(frozen=True, slots=True)
class CreateIndex:
    """An index of the schema is not there."""

    index: IndexSpec


@dataclass(frozen=True, slots=True)
class IndexDiffers:
    """An index of that name is there, and is another one."""

    wanted: IndexSpec
    found: IndexSpec


@dataclass(frozen=True, slots=True)
class IndexNotInSchema:
    """An index is there that the schema does not have."""

    found: IndexSpec


Step = CreateCollection | CreateIndex | IndexDiffers | IndexNotInSchema


@dataclass(frozen=True, slots=True)
class Plan:
    """What stands between the schema and the live database."""

    steps: tuple[Step, ...]

    @property
    def is_empty(self) -> bool:
        """Whether the live database is as the schema says."""
        return not self.steps


def plan(wanted: Indexes, found: Indexes) -> Plan:
    """The steps from what is found to what is wanted, by collection."""
    return Plan(
        tuple(
            step
            for collection, indexes in wanted.items()
            for step in _collection(collection, indexes, found.get(collection))
        )
    )


def _collection(
    collection: str, wanted: tuple[IndexSpec, ...], found: tuple[IndexSpec, ...] | None
) -> Iterator[Step]:
    if found is None:
        yield CreateCollection(collection)
    there = {index.name: index for index in found or ()}
    for index in wanted:
        other = there.pop(index.name, None)
        if other is None:
            yield CreateIndex(index)
        elif index != other:
            yield IndexDiffers(index, other)
    for other in there.values():
        yield IndexNotInSchema(other)
