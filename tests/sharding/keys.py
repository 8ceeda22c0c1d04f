"""Shard keys for any schema, and a listener that sees whether writes name them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from pymongo.monitoring import (
    CommandFailedEvent,
    CommandListener,
    CommandStartedEvent,
    CommandSucceededEvent,
)

from prismongo.schema.datamodel import Datamodel, Field, Literals, Model, ShardKeyPart

Document = Mapping[str, Any]
Keys = Mapping[str, tuple[str, ...]]
"""Collection → the stored names of its shard key."""

ZONE = Field("zone", "scalar", "Int", "zone", default=Literals(1))


def keyed(datamodel: Datamodel) -> Datamodel:
    """The datamodel with a shard key for every model, whatever its uniques are.

    The key is a required foreign key where there is one, so that connecting changes it; else
    another required field; else a field of its own, which new records get by its default.
    """
    models = tuple(item if item.is_view else _keyed(item) for item in datamodel.models)
    return replace(datamodel, models=models)


def _keyed(model: Model) -> Model:
    foreign = {name for field in model.fields if field.relation for name in field.relation.fields}
    candidates = [field for field in model.fields if _can_be_key(field)]
    candidates.sort(key=lambda field: field.name not in foreign)
    if not candidates:
        model, candidates = replace(model, fields=(*model.fields, ZONE)), [ZONE]
    return replace(model, shard_key=(ShardKeyPart(candidates[0].name),))


def _can_be_key(field: Field) -> bool:
    is_value = field.kind in ("scalar", "enum") and field.type not in ("Json", "Unsupported")
    is_fixed = field.is_required and not field.is_list and not field.is_updated_at
    return is_value and is_fixed and not field.is_id


def keys_of(datamodel: Datamodel) -> dict[str, tuple[str, ...]]:
    """The shard keys of a datamodel's collections, in stored names."""
    return {
        model.db_name: tuple(field.db_name for field in model.shard_fields)
        for model in datamodel.models
        if model.shard_key
    }


class KeyWatch(CommandListener):
    """Looks at every write that is sent.

    Attributes:
        keys: the shard keys.
        wrong: what mongos would refuse, or send to every shard although it writes one record.
        seen: how many writes of one record were sent.
    """

    def __init__(self) -> None:
        self.keys: dict[str, tuple[str, ...]] = {}
        self.wrong: list[str] = []
        self.seen = 0

    def started(self, event: CommandStartedEvent) -> None:
        """The driver sends a command."""
        command = event.command
        self.seen += sum(is_of_one for _, _, is_of_one in writes(command))
        self.wrong += [f"{reason}: {dict(command)}" for reason in refusals(command, self.keys)]

    def succeeded(self, event: CommandSucceededEvent) -> None:
        """The server has answered."""

    def failed(self, event: CommandFailedEvent) -> None:
        """The server has refused."""


def refusals(command: Document, keys: Keys) -> Iterator[str]:
    """What is wrong with a command on a sharded cluster."""
    key = keys.get(str(command.get(next(iter(command)))), ())
    for filter_, update, is_of_one in writes(command):
        lacking = [name for name in key if name not in equalities(filter_)]
        changed = set(key) & set(touched(update))
        if lacking and is_of_one:
            yield f"a write of one record without {lacking}"
        if changed and next(iter(command)) == "update":
            yield f"a write of many records that changes {changed}"
        if changed and "txnNumber" not in command:
            yield f"{changed} changes, neither in a transaction nor as a retryable write"


def writes(command: Document) -> Iterator[tuple[Document, Any, bool]]:
    """The writes of a command: filter, update, and whether it writes one record at most."""
    ours = command.get("autocommit") is False  # outside a transaction, it is one that the test asks
    match next(iter(command)):
        case "findAndModify":
            yield command["query"], command.get("update"), True
        case "update":
            for each in command["updates"]:
                one = not each.get("multi") or (ours and "_id" in equalities(each["q"]))
                yield each["q"], each["u"], one
        case "delete":
            for each in command["deletes"]:
                one = each["limit"] == 1 or (ours and "_id" in equalities(each["q"]))
                yield each["q"], None, one
        case _:
            pass


def equalities(filter_: Document) -> set[str]:
    """The names that must be equal to one value, as mongos finds them: once in all that `$and` has.

    It makes an equality of an `$in` with one value; only what is written as one counts here.
    """
    written = Counter(_equal(filter_))
    read = written + Counter(_equal(filter_, one_of=True))
    return {name for name in written if read[name] == 1}


def _equal(filter_: Document, *, one_of: bool = False) -> Iterator[str]:
    """The names with an equality, or with an `$in` of one value."""
    for name, value in filter_.items():
        if name == "$and":
            for part in value:
                yield from _equal(part, one_of=one_of)
        elif name.startswith("$"):
            continue
        elif one_of:
            if isinstance(value, Mapping) and len(value.get("$in", ())) == 1:
                yield name
        elif not _has_operators(value) or "$eq" in value:
            yield name


def _has_operators(value: Any) -> bool:
    return isinstance(value, Mapping) and any(str(key).startswith("$") for key in value)


def touched(update: Any) -> Iterator[str]:
    """The names that an update writes."""
    for stage in update if isinstance(update, list) else [update or {}]:
        for operator, value in stage.items():
            if operator.startswith("$"):
                yield from (value if isinstance(value, Mapping | list) else [value])
