"""Finds the fields of a stored document that do not fit its model (`misfits_of`).

Each field is read as a query reads it, by `decode` and `values`. A field does not fit if the query
would raise an error, or if no filter would find the value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal, assert_never

from prisma.errors import DataError

from prismongo.query.decode.columns import Read
from prismongo.query.decode.decoder import Decoder
from prismongo.query.decode.forms import WIRE
from prismongo.query.nodes.rows import Row
from prismongo.query.nodes.selections import Selected, whole
from prismongo.query.values.bson_types import bracket, bson_type
from prismongo.query.values.decimal import comparable
from prismongo.query.values.scalars import is_any, scalar_of
from prismongo.schema.datamodel import Datamodel, Field, Model

Problem = Literal[
    "wrong type",
    "missing",
    "unknown enum value",
    "not found by filters",
    "no such record",
    "not in the schema",
]
Fit = Callable[[Row], frozenset["Misfit"]]


@dataclass(frozen=True, slots=True)
class Misfit:
    """One way in which a document does not fit.

    Attributes:
        field: its path in the schema's names, `address.zip`.
        problem: `wrong type`, `missing` (or null) and `unknown enum value` make every read fail;
            `not found by filters` can be read, but is stored as a type that no filter looks for;
            `no such record`: the field is a relation, whose key refers to no record;
            `not in the schema`: it is stored, and no read shows it. Its own name is the stored one.
        found: the BSON type that is stored, `array with int`; never the value.
        wanted: the type in the schema, `Int[]`; the BSON type that filters look for.
    """

    field: str
    problem: Problem
    found: str
    wanted: str


def misfits_of(datamodel: Datamodel, model: Model) -> Fit:
    """A function from a document of the model's collection to its misfits."""
    decoder, finder = Decoder(datamodel), _Unfindable(datamodel)
    checks = [
        _check(datamodel, decoder, finder, model, field)
        for field in model.stored_fields
        if not field.ignored
    ]
    return lambda row: frozenset(misfit for check in checks for misfit in check(row))


def _check(
    datamodel: Datamodel, decoder: Decoder, finder: _Unfindable, model: Model, field: Field
) -> Callable[[Row], Iterator[Misfit]]:
    read = decoder.records(Selected(model, (whole(field),)), WIRE)
    unfindable = finder.of(field)

    def check(row: Row) -> Iterator[Misfit]:
        refused = _refusal(read, row)
        if refused is None:
            yield from unfindable(row.get(field.db_name), field.name)
        else:
            yield from _misfits(datamodel, model, field, read, row, refused)

    return check


def _refusal(read: Read, row: Row) -> dict[str, Any] | None:
    """The `meta` of the error that a query would raise; None if it can read the value."""
    try:
        read(row)
    except DataError as error:
        return dict(error.data["user_facing_error"]["meta"])
    return None


def _misfits(
    datamodel: Datamodel, model: Model, field: Field, read: Read, row: Row, refused: dict[str, Any]
) -> Iterator[Misfit]:
    """Check the elements of a list one by one: the error of the whole list says only `array`."""
    stored = row.get(field.db_name)
    if field.is_id and stored is None and field.db_name in row:  # no stored record lacks its id
        yield Misfit(field.name, "wrong type", "null", field.type)
    elif field.is_list and isinstance(stored, list) and len(stored) > 1:
        for item in stored:
            alone = {"_id": row.get("_id"), field.db_name: [item]}
            if (one := _refusal(read, alone)) is not None:
                yield _misfit(datamodel, model, one, item)
    else:
        item = stored[0] if field.is_list and isinstance(stored, list) else stored
        yield _misfit(datamodel, model, refused, item)


def _misfit(datamodel: Datamodel, model: Model, refused: dict[str, Any], stored: Any) -> Misfit:
    path = f"{refused['model']}.{refused['field']}".removeprefix(f"{model.name}.")
    field = _field(datamodel, model, path)
    wanted = field.type + ("[]" if field.is_list else "")
    if "stored_type" not in refused:
        return Misfit(path, "missing", "null or nothing", wanted)
    found, inner = refused["stored_type"], refused["stored_type"]
    if found == "array" and field.is_list and path == field.name:
        inner = bson_type(stored)
        found = f"array with {inner}"
    is_one = found != "string" or not field.is_list  # one member, not the whole list
    if field.kind == "enum" and inner == "string" and is_one:
        return Misfit(path, "unknown enum value", found, wanted)
    return Misfit(path, "wrong type", found, wanted)


def _field(datamodel: Datamodel, model: Model, path: str) -> Field:
    first, *rest = path.split(".")
    field = model.by_name[first]
    for name in rest:
        field = datamodel.type[field.type].by_name[name]
    return field


# --- what is read, and found by no filter ---


Unfindable = Callable[[Any, str], Iterator[Misfit]]
"""What is stored in a field, and its path → its misfits."""


class _Unfindable:
    """A String that is an ObjectId can be read from a stored string, but filters do not find it."""

    def __init__(self, datamodel: Datamodel) -> None:
        self._datamodel = datamodel
        self._members: dict[str, list[tuple[Field, Unfindable]]] = {}

    def of(self, field: Field) -> Unfindable:
        """The check of a field."""
        match field.kind:
            case "composite":
                one = self._composite(field.type)
            case "scalar":
                if is_any(field):
                    return _nothing
                one = _unfindable_scalar(field)
            case "enum" | "relation":
                return _nothing
            case _:
                assert_never(field.kind)

        def check(stored: Any, path: str) -> Iterator[Misfit]:
            for value in stored if field.is_list and isinstance(stored, list) else (stored,):
                if value is not None:
                    yield from one(value, path)

        return check

    def _composite(self, kind: str) -> Unfindable:
        """The check of a type's values; a type may stand within itself."""
        members = self._members.get(kind)
        if members is None:
            members = self._members[kind] = []
            fields = self._datamodel.type[kind].members.values()
            members += [(item, self.of(item)) for item in fields]

        def check(value: Any, path: str) -> Iterator[Misfit]:
            for item, of in members:
                yield from of(value.get(item.db_name), f"{path}.{item.name}")

        return check


def _nothing(_: Any, __: str) -> Iterator[Misfit]:
    return iter(())


def _unfindable_scalar(field: Field) -> Callable[[Any, str], Iterator[Misfit]]:
    scalar, fine = scalar_of(field), set[type]()

    def check(value: Any, path: str) -> Iterator[Misfit]:
        if type(value) in fine:
            return
        found = bson_type(value)
        try:  # what a filter looks for, given the very value that is read
            wanted = scalar.encode(scalar.python(value))
        except ValueError:  # not of the native type's form: no filter can ask for it
            if field.native_type is not None:
                yield Misfit(path, "not found by filters", found, f"@db.{field.native_type.name}")
            return
        if bracket(found) != bracket(bson_type(wanted)):
            yield Misfit(path, "not found by filters", found, bson_type(wanted))
        elif bracket(found) != "number":
            fine.add(type(value))
        elif comparable(wanted) != comparable(value):
            yield Misfit(path, "not found by filters", found, bson_type(wanted))

    return check
