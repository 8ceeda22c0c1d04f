"""Wanted and existing indexes → the steps of a push, in the order of display (`plan_push`)."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, assert_never

from prismongo.schema.index_names import LIMIT
from prismongo.stores.mongo.push.differences import Difference, differences
from prismongo.stores.mongo.push.inspect import FoundCollection
from prismongo.stores.wanted.shards import ShardKey, needed_index
from prismongo.stores.wanted.specs import IndexSpec

# Indexes that differ in nothing else are the same to MongoDB; of text indexes it takes one.
_BESIDE_THE_POINT: Final = frozenset({"name", "expires after", "hidden", "other options"})


@dataclass(frozen=True, slots=True)
class CreateCollection:
    """The collection of a model does not exist."""

    collection: str


@dataclass(frozen=True, slots=True)
class KeepImages:
    """The collection does not keep images of changed documents (`@changeImages`)."""

    collection: str


@dataclass(frozen=True, slots=True)
class CreateIndex:
    """An index of the schema does not exist."""

    index: IndexSpec


@dataclass(frozen=True, slots=True)
class IndexDiffers:
    """The index exists but differs; `is_own` says whether `drop` may replace it."""

    wanted: IndexSpec
    found: IndexSpec
    differences: tuple[Difference, ...]
    is_own: bool


@dataclass(frozen=True, slots=True)
class IndexNotInSchema:
    """An existing index is not in the schema; `is_own` says whether `drop` may remove it.

    The index that a sharded collection needs is one only if it is unique, and `drop` leaves it.
    """

    found: IndexSpec
    is_own: bool


@dataclass(frozen=True, slots=True)
class IndexesOnView:
    """The collection is a view, which cannot have the indexes of the schema."""

    view: str
    indexes: tuple[IndexSpec, ...]


@dataclass(frozen=True, slots=True)
class ShardCollection:
    """The collection is not sharded, on a sharded cluster (`@shardKey`)."""

    collection: str
    key: ShardKey


@dataclass(frozen=True, slots=True)
class ShardKeyDiffers:
    """The collection is sharded by another key; `wanted` is None if the schema has none."""

    collection: str
    wanted: ShardKey | None
    found: ShardKey


PushStep = (
    CreateCollection
    | KeepImages
    | CreateIndex
    | IndexDiffers
    | IndexNotInSchema
    | IndexesOnView
    | ShardCollection
    | ShardKeyDiffers
)


@dataclass(frozen=True, slots=True)
class PushPlan:
    """The differences between a schema and a database.

    Attributes:
        database: its name.
        steps: by collection, in the schema's order.
    """

    database: str
    steps: tuple[PushStep, ...]

    @property
    def is_empty(self) -> bool:
        """Whether database and schema do not differ."""
        return not self.steps

    def to_do(self, *, drop: bool, shard: bool = False) -> tuple[PushStep, ...]:
        """The steps that `push` executes: additions, with `drop` changes of its own indexes.

        With `shard` also the collections that are not sharded yet.
        """
        return tuple(step for step in self.steps if _is_taken(step, drop=drop, shard=shard))


def is_mismatch(step: PushStep) -> bool:
    """Whether the difference makes queries slower, or allows or rejects other writes.

    Another name, an additional index and a view do not. An additional unique index does: it rejects
    writes that the schema allows.
    """
    match step:
        case CreateCollection() | KeepImages() | CreateIndex():
            return True
        case IndexDiffers(differences=found):
            return any(difference.what != "name" for difference in found)
        case IndexNotInSchema(found=index):
            return index.unique
        case IndexesOnView() | ShardCollection():
            return False
        case ShardKeyDiffers():
            return True
        case _:
            assert_never(step)


def plan_push(
    database: str,
    wanted: Mapping[str, tuple[IndexSpec, ...]],
    found: Mapping[str, FoundCollection],
    images: Collection[str] = (),
    shard_keys: Mapping[str, ShardKey] | None = None,
    found_keys: Mapping[str, ShardKey] | None = None,
) -> PushPlan:
    """The steps that are needed, by collection.

    Args:
        database: its name.
        wanted: the indexes of the schema by collection.
        found: the collections that exist.
        images: the collections that keep images.
        shard_keys: the shard keys of the schema by collection.
        found_keys: those of the cluster; None if it is none, or does not say.
    """
    steps: list[PushStep] = []
    for collection, indexes in wanted.items():
        there = found.get(collection)
        if there is None:
            steps.append(CreateCollection(collection))
        if collection in images and (there is None or there.may_keep_images):
            steps.append(KeepImages(collection))
        key = (shard_keys or {}).get(collection)
        steps += _indexes(indexes, there, (found_keys or {}).get(collection, key))
        if found_keys is not None and (there is None or there.type == "collection"):
            steps += _sharding(collection, key, found_keys.get(collection))
    return PushPlan(database, tuple(steps))


def _sharding(name: str, wanted: ShardKey | None, found: ShardKey | None) -> Iterator[PushStep]:
    if found is None and wanted is not None:
        yield ShardCollection(name, wanted)
    elif found is not None and found != wanted:
        yield ShardKeyDiffers(name, wanted, found)


def is_own(index: IndexSpec) -> bool:
    """Whether an index has the name that Prisma or prismongo would give it.

    MongoDB does not store who created an index; its own default name is different (`email_1`).
    """
    if not all(direction in (1, -1, "text") for _, direction in index.keys):
        return False
    parts = [index.collection, *(path.replace(".", "_") for path in index.paths)]
    suffix = "_key" if index.unique else "_idx"
    joined = "_".join(parts).encode()[: LIMIT - len(suffix)].decode(errors="ignore") + suffix
    if index.is_text:  # the order in which its fields were given is not kept
        return sorted(joined.split("_")) == sorted(index.name.split("_"))
    return joined == index.name


def _is_taken(step: PushStep, *, drop: bool, shard: bool) -> bool:
    match step:
        case CreateCollection() | KeepImages() | CreateIndex():
            return True
        case IndexDiffers(is_own=own) | IndexNotInSchema(is_own=own):
            return drop and own
        case ShardCollection():
            return shard
        case IndexesOnView() | ShardKeyDiffers():
            return False
        case _:
            assert_never(step)


def _indexes(
    wanted: tuple[IndexSpec, ...], found: FoundCollection | None, key: ShardKey | None
) -> Iterator[PushStep]:
    if found is not None and found.type == "view":
        if wanted:
            yield IndexesOnView(found.name, wanted)
        return
    there = {index.name: index for index in (found.indexes if found else ())}
    named = {index.name: there.pop(index.name, None) for index in wanted}
    kept = []
    for index in wanted:
        other = named[index.name]
        if other is not None:
            if differing := differences(index, other):
                yield IndexDiffers(index, other, differing, is_own=True)
            else:
                kept.append(index)
        elif (twin := _same_but_for_name(index, there)) is not None:
            del there[twin.name]
            yield IndexDiffers(index, twin, differences(index, twin), is_own=is_own(twin))
        else:
            yield CreateIndex(index)
    needed = needed_index(key, kept, there.values()) if key else None
    for other in there.values():
        if other is not needed or other.unique:
            yield IndexNotInSchema(other, is_own=is_own(other) and other is not needed)


def _same_but_for_name(index: IndexSpec, there: Mapping[str, IndexSpec]) -> IndexSpec | None:
    """An index with another name that conflicts with this one (MongoDB 5.0 and later)."""
    for other in there.values():
        differing = {difference.what for difference in differences(index, other)}
        if differing <= _BESIDE_THE_POINT or (index.is_text and other.is_text):
            return other
    return None
