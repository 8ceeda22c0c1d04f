"""The shard key of a model's collection, in a comment above the model (`with_shard_keys`).

    /// @shardKey([communityId, id])        by the values of the fields, in this order
    /// @shardKey([communityId(hashed)])    by a hash of the values; of one field at most

It stands alone on its line. Prisma's own `@@shardKey` is refused for MongoDB (`rules/unsupported`).
Source: MongoDB manual, "Shard Keys", "Unique Indexes" and "Sharded Collection Restrictions".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from difflib import get_close_matches
from typing import Final

from prismongo.schema.datamodel import (
    CompositeType,
    Datamodel,
    Field,
    Index,
    Model,
    Position,
    ShardKeyPart,
)
from prismongo.schema.errors import Mistakes, PlacedError

_LINE: Final = re.compile(r"^\s*@shardKey\b(.*)$", re.MULTILINE)
_FIELDS: Final = re.compile(r"\s*\(\s*\[(.*)\]\s*\)\s*")
_PART: Final = re.compile(r"\s*(\w+)\s*(\(\s*hashed\s*\))?\s*")
_FORM: Final = (
    "`@shardKey` is written `@shardKey([communityId, id])` or `@shardKey([communityId(hashed)])`, "
    "alone on its line."
)
_NO_KEYS: Final = ("Json", "Unsupported")


def with_shard_keys(datamodel: Datamodel, mistakes: Mistakes) -> Datamodel:
    """The datamodel, its models with their shard keys.

    A mistake is a shard key that is not written as it must be, or of which MongoDB has none of this
    kind; at the model, or at the unique that is not unique over all shards.
    """
    _refuse_elsewhere(datamodel, mistakes)
    models = tuple(
        mistakes.attempt(model, _with_shard_key, model, mistakes) for model in datamodel.models
    )
    return replace(datamodel, models=models) if models != datamodel.models else datamodel


def _refuse_elsewhere(datamodel: Datamodel, mistakes: Mistakes) -> None:
    """Refuse the option where it means nothing: at a field, an index, a type, an enum, a view."""
    owners: list[Model | CompositeType] = [*datamodel.models, *datamodel.types]
    places: list[tuple[str | None, Position]] = [
        *((item.notes, item.position) for owner in owners for item in owner.fields),
        *((index.notes, index.position) for model in datamodel.models for index in model.indexes),
        *((each.documentation, each.position) for each in datamodel.types),
        *((each.documentation, each.position) for each in datamodel.enums),
        *((view.documentation, view.position) for view in datamodel.models if view.is_view),
    ]
    for text, position in places:
        with mistakes:
            if _LINE.search(text or ""):
                raise PlacedError("`@shardKey` stands above a model.", position)


def _with_shard_key(model: Model, mistakes: Mistakes) -> Model:
    found = _LINE.findall(model.documentation or "")
    if not found:
        return model
    if len(found) > 1:
        raise PlacedError("`@shardKey` is given twice.", model.position)
    parts = tuple(_parts(model, found[0]))
    names = [part.field for part in parts]
    for name in names:
        _check_field(model, name)
        if names.count(name) > 1:
            raise _refusal(model, f"`{name}` is given twice")
    if sum(part.hashed for part in parts) > 1:
        raise _refusal(model, "one field at most can be `hashed`")
    sharded = replace(model, shard_key=parts)
    for index in model.indexes:
        with mistakes:
            _check_unique(sharded, index)
    return sharded


def _parts(model: Model, text: str) -> Iterator[ShardKeyPart]:
    fields = _FIELDS.fullmatch(text)
    for part in fields[1].split(",") if fields else [""]:
        written = _PART.fullmatch(part)
        if written is None:
            raise PlacedError(_FORM, model.position)
        yield ShardKeyPart(written[1], hashed=written[2] is not None)


def _check_field(model: Model, name: str) -> None:
    item = model.by_name.get(name)
    if item is None:
        close = get_close_matches(name, [field.name for field in model.stored_fields], n=1)
        hint = f" Is `{close[0]}` meant?" if close else ""
        raise _refusal(model, f"the model `{model.name}` has no field `{name}`", hint)
    if reason := _why_no_key(item):
        raise _refusal(model, f"`{name}` {reason}")


def _why_no_key(item: Field) -> str | None:
    """Why a field cannot be in a shard key; None if it can."""
    if item.kind == "relation":
        return "is a relation: name the fields of its key"
    if item.kind == "composite":
        return "is of a composite type: name a scalar or an enum of the model"
    if item.is_list:
        return "is a list: MongoDB has no shard key of lists"
    if item.type in _NO_KEYS or item.ignored:
        return f"is {'ignored' if item.ignored else item.type}: its values cannot be compared"
    if item.is_updated_at:
        return "is `@updatedAt`: every write would move the record to another shard"
    if not item.is_required:
        return "is optional: every record must have the fields of its shard key"
    return None


def _check_unique(model: Model, index: Index) -> None:
    """Refuse a unique that MongoDB cannot enforce over all shards.

    Every shard has an index of its own. It is enough where equal values mean equal shard keys, and
    of an index that begins with `_id`, which MongoDB lets be.
    """
    paths = [part.path for part in index.fields]
    key = [(item.name,) for item in model.shard_fields]
    if index.kind != "unique" or paths[: len(key)] == key or paths[0] == (model.id_field.name,):
        return
    sign = "@" if index.is_field_attribute else "@@"
    rest = [".".join(path) for path in paths if path not in key]
    wanted = ", ".join([*(name for (name,) in key), *rest])
    raise PlacedError(
        f"`{sign}unique` on ({', '.join('.'.join(path) for path in paths)}) cannot be kept over "
        f"all shards: its first fields must be those of the shard key of `{model.name}`, in their "
        f"order, as in `@@unique([{wanted}])`.",
        index.position,
    )


def _refusal(model: Model, reason: str, hint: str = "") -> PlacedError:
    return PlacedError(f"`@shardKey` of `{model.name}`: {reason}.{hint}", model.position)
