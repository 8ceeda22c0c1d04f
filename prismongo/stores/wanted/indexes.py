"""Datamodel → the indexes that its collections should have (`wanted_indexes`).

Names, keys and order are Prisma's: prisma-engines, `schema_calculator.rs` of the mongodb connector.
Two things are ours: a unique over optional fields applies only to documents that have the fields,
and comments can contain options that Prisma's language does not have (`options`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from prismongo.schema.datamodel import Datamodel, Field, Index, IndexField, Model
from prismongo.schema.errors import Mistakes, schema_error
from prismongo.schema.index_names import index_name
from prismongo.stores.wanted.bounds import presence
from prismongo.stores.wanted.images import asks_for_images
from prismongo.stores.wanted.options import (
    NO_OPTIONS,
    IndexOptions,
    read_options,
    refuse_option,
)
from prismongo.stores.wanted.specs import Direction, IndexSpec


@dataclass(frozen=True, slots=True)
class _Member:
    """A field of an index: its stored path, and the fields along the path."""

    path: str
    direction: Direction
    steps: tuple[Field, ...]

    @property
    def may_be_absent(self) -> bool:
        """Whether a document may not have the field. A list is always present."""
        return not any(step.is_list for step in self.steps) and not all(
            step.is_required for step in self.steps
        )


def wanted_indexes(datamodel: Datamodel) -> dict[str, tuple[IndexSpec, ...]]:
    """The indexes by collection, without `_id_`; collections without indexes are included.

    Views are left out: Prisma makes none either.

    Raises:
        SchemaError: comments have invalid options; says all of them.
    """
    mistakes = Mistakes()
    for composite in datamodel.types:
        for item in composite.fields:
            mistakes.attempt(None, _refuse_inside, item)
    models = [model for model in datamodel.models if not model.is_view]
    found = {model.db_name: tuple(_indexes(datamodel, model, mistakes)) for model in models}
    if mistakes.found:
        raise schema_error(mistakes.found)
    return found


def _refuse_inside(item: Field) -> None:
    if read_options(item.notes, item.position) != NO_OPTIONS:
        reason = "Options stand above the @@index or @@unique of the model."
        raise refuse_option(reason, item.position)


def wanted_images(datamodel: Datamodel) -> frozenset[str]:
    """The collections that keep images of changed documents."""
    return frozenset(
        model.db_name for model in datamodel.models if not model.is_view and asks_for_images(model)
    )


def _indexes(datamodel: Datamodel, model: Model, mistakes: Mistakes) -> Iterator[IndexSpec]:
    indexes = [index for index in model.indexes if index.kind != "id"]
    options: _Options = {}
    for index in indexes:
        notes = (index.notes, index.position)
        options[id(index)] = mistakes.attempt(NO_OPTIONS, read_options, *notes)
    for item in model.stored_fields:
        own = _own_index(indexes, item)
        if own is None or not own.is_field_attribute:  # the notes of one are those of the field
            mistakes.attempt(None, _read_field, item, own, indexes, options)
    for index in indexes:
        with mistakes:
            spec = _spec(datamodel, model, index, options[id(index)])
            if spec.keys != (("_id", 1),):  # that one is always there, as `_id_`
                yield spec


_Options = dict[int, IndexOptions]
"""The options of indexes, by their identity: two indexes may be equal."""


def _read_field(item: Field, own: Index | None, indexes: list[Index], options: _Options) -> None:
    """Read the options above a field into those of its own index, which a TTL may add."""
    found = read_options(item.notes, item.position)
    if found == NO_OPTIONS:
        return
    if own is None and found.expire_after is not None:
        own = Index("index", (IndexField((item.name,)),), position=item.position)
        indexes.append(own)
    elif own is None:
        reason = f"An option needs an index: give `{item.name}` @unique, or add @@index."
        raise refuse_option(reason, item.position)
    elif options[id(own)] != NO_OPTIONS:
        reason = f"The index on `{item.name}` has options both there and here."
        raise refuse_option(reason, item.position)
    options[id(own)] = found


def _own_index(indexes: Iterable[Index], item: Field) -> Index | None:
    """The index on this single field; a unique one, if there are several."""
    alone = [index for index in indexes if [part.path for part in index.fields] == [(item.name,)]]
    return min(alone, key=lambda index: index.kind != "unique", default=None)


def _spec(datamodel: Datamodel, model: Model, index: Index, options: IndexOptions) -> IndexSpec:
    members = tuple(_member(datamodel, model, index, item) for item in index.fields)
    unique = index.kind == "unique"
    partial = options.partial
    if unique and not (options.sparse or options.dense):
        partial = _joined(members, partial)
    if options.expire_after is not None:
        _check_ttl(members, index)
    return IndexSpec(
        collection=model.db_name,
        name=index_name(datamodel, model, index),
        keys=_keys(members),
        unique=unique,
        partial=partial,
        sparse=options.sparse,
        expire_after=options.expire_after,
        collation=options.collation,
    )


def _member(datamodel: Datamodel, model: Model, index: Index, item: IndexField) -> _Member:
    steps = [model.by_name[item.path[0]]]
    for name in item.path[1:]:
        steps.append(datamodel.type[steps[-1].type].by_name[name])
    direction: Direction = -1 if item.sort == "Desc" else 1
    if index.kind == "fulltext" and item.sort is None:
        direction = "text"
    return _Member(".".join(step.db_name for step in steps), direction, tuple(steps))


def _keys(members: Iterable[_Member]) -> tuple[tuple[str, Direction], ...]:
    """The keys in order; adjacent text fields in alphabetical order, as in a spec."""
    pairs = [(member.path, member.direction) for member in members]
    keys: list[tuple[str, Direction]] = []
    for is_text, run in groupby(pairs, key=lambda pair: pair[1] == "text"):
        adjacent = list(run)
        keys += sorted(adjacent) if is_text else adjacent
    return tuple(keys)


def _joined(members: Iterable[_Member], partial: Any) -> dict[str, Any] | None:
    """The filter of a unique: all members are present, and the filter of the comment.

    A member that is in the filter of the comment gets no further condition.
    """
    given = dict(partial or {})
    conditions = [
        condition
        for member in members
        if member.may_be_absent
        and member.path not in given
        and (condition := presence(member.path, member.steps[-1])) is not None
    ]
    conditions += [given] if given else []
    joined = {key: value for condition in conditions for key, value in condition.items()}
    if len(joined) < sum(map(len, conditions)):  # two of them are `$or`
        return {"$and": conditions}
    return joined or None


def _check_ttl(members: tuple[_Member, ...], index: Index) -> None:
    if len(members) != 1 or members[0].steps[-1].type != "DateTime":
        raise refuse_option("`@ttl` needs an index on one DateTime field.", index.position)
