"""Finds which ObjectIds are ids of another collection (`find_targets`), and writes the relations.

A field becomes a relation if all its values that were looked up are ids of one collection. A lower
share is told in a comment. MongoDB does nothing when a record that others refer to is deleted, so
the relations say NoAction.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from bson import ObjectId

from prismongo.pull.build import Builder, SampledCollection
from prismongo.pull.draft import DraftBlock, DraftField, quoted
from prismongo.pull.kinds import is_storable
from prismongo.pull.names import field_name, without_suffix
from prismongo.pull.observe import Seen
from prismongo.seed.progress import Progress
from prismongo.stores.mongo.push.inspect import Database

PROBES: Final = 20
"""How many ids of a field are looked up in every collection, before all in the likeliest one."""

LOWEST_SHARE: Final = 0.5
_ACTIONS: Final = "onDelete: NoAction, onUpdate: NoAction"


Key = tuple[str, str]
"""A field: its collection and its stored name."""


@dataclass(frozen=True, slots=True)
class Reference:
    """A field whose ObjectIds are ids of a collection.

    Attributes:
        collection: where the field is.
        field: its stored name.
        target: the collection that has the ids.
        tried: how many ids were looked up.
        hits: how many were found.
        is_list: whether the field is a list.
    """

    collection: str
    field: str
    target: str
    tried: int
    hits: int
    is_list: bool

    @property
    def key(self) -> Key:
        """The field."""
        return self.collection, self.field

    @property
    def share(self) -> str:
        """The share of hits, for a comment."""
        of = f"{self.hits:,} of {self.tried:,}"
        return f"{self.hits / self.tried:.0%}, {of} ids, are in {ascii(self.target)[1:-1]}"


async def find_targets(
    database: Database, collections: Sequence[SampledCollection], progress: Progress
) -> list[Reference]:
    """The fields that refer to another collection, or to their own, with their shares of hits."""
    fields: list[tuple[Key, tuple[list[ObjectId], bool]]] = list(_fields(collections))
    owners = [each.name for each in collections if _has_object_ids(each)]
    probes = {key: ids[:PROBES] for key, (ids, _) in fields}
    hits: dict[Key, dict[str, int]] = {key: {} for key in probes}
    for at, owner in enumerate(owners):
        progress("collections searched for references", at, len(owners))
        known = await _known(database, owner, {one for ids in probes.values() for one in ids})
        for key, ids in probes.items():
            hits[key][owner] = sum(one in known for one in ids)
    found = []
    for key, (ids, is_list) in fields:
        target = max(hits[key], key=lambda name, key=key: hits[key][name], default=None)  # type: ignore[misc]  # a default binds the loop's key
        if target is not None and hits[key][target]:
            known = await _known(database, target, ids)
            reference = Reference(*key, target, len(ids), len(known), is_list)
            if reference.hits >= LOWEST_SHARE * reference.tried:
                found.append(reference)
    return found


def _fields(
    collections: Iterable[SampledCollection],
) -> Iterator[tuple[Key, tuple[list[ObjectId], bool]]]:
    for each in collections:
        for stored, seen in each.shape.fields.items():
            values = seen.items if _only(seen, "array") and seen.items else seen
            if stored != "_id" and is_storable(stored) and _only(values, "objectId"):
                yield (each.name, stored), (list(values.ids), values is not seen)


def _only(seen: Seen, name: str) -> bool:
    return set(seen.types) - {"null"} == {name}


def _has_object_ids(each: SampledCollection) -> bool:
    own = each.shape.fields.get("_id")
    return own is not None and set(own.types) == {"objectId"}


async def _known(database: Database, owner: str, ids: Iterable[ObjectId]) -> set[Any]:
    """Which of the ids the collection has."""
    wanted = list(ids)
    if not wanted:
        return set()
    cursor = database[owner].find({"_id": {"$in": wanted}}, {"_id": 1})
    return {row["_id"] async for row in cursor}


def add_relations(builder: Builder, references: Sequence[Reference]) -> None:
    """Add the relation fields to both models, and comments for what is no relation."""
    new = [each for each in references if _is_new(builder, each)]
    fit = [each for each in new if _obstacle(builder, each) is None]
    lists = [each for each in fit if each.is_list]
    paired: set[Key] = set()
    for each in new:
        block, name = _place(builder, each)
        item = next(one for one in block.fields if one.name == name)
        other = next((one for one in lists if _are_sides(each, one, paired)), None)
        if each not in fit:
            item.notes.append(f"// {each.share}: no relation, for {_obstacle(builder, each)}.")
        elif not each.is_list:
            _one_to_many(builder, each, block, item, _is_ambiguous(fit, each))
        elif each.key not in paired and other is None:
            item.notes.append(f"// {each.share}: a relation needs a list there, too.")
        elif each.key not in paired and other is not None:
            _many_to_many(builder, each, other)
            paired |= {each.key, other.key}


def _obstacle(builder: Builder, each: Reference) -> str | None:
    """Why the schema cannot have the relation."""
    if each.hits < each.tried:
        return "the others refer to nothing"
    for collection in (each.collection, each.target):
        model = builder.known.model.get(builder.models[collection].name)
        if model is not None and model.ignored:
            return f"the model {model.name} is ignored"
    return "Prisma refuses it" if each.key in builder.refused.references else None


def _is_new(builder: Builder, each: Reference) -> bool:
    """Whether the field itself is new: what the schema has stays as it is."""
    return builder.paths[each.collection, each.field][1] is not None


def _place(builder: Builder, each: Reference) -> tuple[DraftBlock, str]:
    return builder.models[each.collection], builder.paths[each.collection, each.field][0]


def _are_sides(each: Reference, other: Reference, paired: set[Key]) -> bool:
    return (
        other is not each
        and other.key not in paired
        and (other.collection, other.target) == (each.target, each.collection)
        and each.collection != each.target
    )


def _is_ambiguous(references: Iterable[Reference], each: Reference) -> bool:
    """Whether there is another relation between the two models, or they are one."""
    models = {each.collection, each.target}
    others = [one for one in references if {one.collection, one.target} == models]
    return len(others) > 1 or len(models) == 1


def _one_to_many(
    builder: Builder, each: Reference, block: DraftBlock, item: DraftField, named: bool
) -> None:
    target = builder.models[each.target]
    is_optional = item.words[0].endswith("?")
    base = without_suffix(item.name)
    name = _free(block, base if base != item.name else f"{item.name}_{target.name}")
    label = f"{quoted(f'{block.name}_{item.name}')}, " if named or _is_linked(builder, each) else ""
    key = f"fields: [{item.name}], references: [{_id_name(builder, each.target)}]"
    words = [f"{target.name}{'?' if is_optional else ''}", f"@relation({label}{key}, {_ACTIONS})"]
    block.relations.append(DraftField(name, words, [f"// {each.share}"]))
    builder.draft.references[block.name, name] = each.key
    is_one = any(word.startswith("@unique") for word in item.words)
    back = _free(target, f"{block.name}_{item.name}" if label else block.name)
    builder.draft.references[target.name, back] = each.key
    words = [f"{block.name}{'?' if is_one else '[]'}"]
    target.relations.append(
        DraftField(back, [*words, *([f"@relation({label[:-2]})"] if label else [])])
    )


def _many_to_many(builder: Builder, each: Reference, other: Reference) -> None:
    block, item = _place(builder, each)
    label = quoted(f"{block.name}_{item}")
    for here in (each, other):
        own, name = _place(builder, here)
        target = builder.models[here.target]
        base = without_suffix(name)
        key = f"fields: [{name}], references: [{_id_name(builder, here.target)}]"
        free = _free(own, base if base != name else f"{name}_{target.name}")
        builder.draft.references[own.name, free] = here.key
        own.relations.append(
            DraftField(
                free, [f"{target.name}[]", f"@relation({label}, {key})"], [f"// {here.share}"]
            )
        )


def _is_linked(builder: Builder, each: Reference) -> bool:
    """Whether the schema that is there has a relation between the two models."""
    names = {builder.models[each.collection].name, builder.models[each.target].name}
    return any(
        {link.model.name, link.target.name} == names for link in builder.known.links.values()
    )


def _id_name(builder: Builder, collection: str) -> str:
    return builder.paths[collection, "_id"][0]


def _free(block: DraftBlock, wanted: str) -> str:
    name = field_name(wanted, block.names)
    block.names.add(name)
    return name
