"""`@id`, `@unique`, `@@id`, `@@unique`, `@@index`, `@@fulltext`: their fields, orders and names."""

from __future__ import annotations

from typing import Final, Literal

from prismongo.schema.arguments import ArgumentReader, boolean_of, constant_of, integer_of, kind_of
from prismongo.schema.datamodel import Index, IndexField, SortOrder
from prismongo.schema.errors import PlacedError, refuse_index, refuse_model
from prismongo.schema.index_fields import check_id_fields, check_index_fields
from prismongo.schema.language.syntax import (
    Argument,
    Array,
    Block,
    Call,
    Constant,
    Expression,
    FieldNode,
)
from prismongo.schema.operator_classes import check_operator_class
from prismongo.schema.scope import Scope

_NAMELESS: Final = "The `name` argument cannot be an empty string."
_ALIAS: Final = (
    "The `@@index` attribute accepts the `name` argument as an alias for the `map` argument for "
    "legacy reasons. It does not accept both though. Please use the `map` argument to specify the "
    "database name of the index."
)
_LENGTH: Final = {
    "id": "The length argument is not supported in the primary key with the current connector",
    "": "The length argument is not supported in an index definition with the current connector",
}
_ALGORITHMS: Final = frozenset({"Hash", "Gist", "Gin", "SpGist", "Brin"})


def field_index(reader: ArgumentReader, node: FieldNode, kind: Literal["id", "unique"]) -> Index:
    """The index that `@id` or `@unique` on a field makes."""
    db_name = reader.text("map")
    if (value := reader.optional("length")) is not None:
        integer_of(value)
        raise _refuse_length(reader, kind)
    sort = _sort(reader, reader.optional("sort"))
    _refuse_clustered(reader)
    fields = (IndexField((node.name,), sort),)
    position, notes = reader.attribute.position, node.notes
    return Index(
        kind, fields, None, db_name, is_field_attribute=True, notes=notes, position=position
    )


def block_id(reader: ArgumentReader, block: Block, scope: Scope, *, ignored: bool) -> Index:
    """The id that `@@id` makes; on MongoDB it can name one field only."""
    value = reader.default("fields")
    fields = _index_fields(reader, value, "id")
    check_id_fields(reader.attribute, block, scope, fields, value.position, ignored=ignored)
    db_name = reader.text("map")
    name = reader.text("name", empty=_NAMELESS)
    _check_client_name(reader, block, name)
    _refuse_clustered(reader)
    return Index("id", fields, name, db_name, position=reader.attribute.position)


def block_index(
    reader: ArgumentReader, block: Block, scope: Scope, kind: Literal["unique", "index", "fulltext"]
) -> Index:
    """The index that `@@unique`, `@@index` or `@@fulltext` makes.

    Raises:
        RefusalError: it names unknown fields, relations, or a field twice.
    """
    fields = _index_fields(reader, reader.default("fields"), kind)
    check_index_fields(reader.attribute, block, scope, fields, kind)
    name = None if kind == "fulltext" else reader.text("name", empty=_NAMELESS)
    db_name = reader.text("map")
    algorithm = None
    if kind == "index":
        if name is not None and db_name is not None:
            raise reader.refuse(_ALIAS)
        db_name = db_name if name is None else name
        name = None
        algorithm = _algorithm(reader)
    elif kind == "unique":
        _check_client_name(reader, block, name)
    if kind != "fulltext":
        _refuse_clustered(reader)
    position, notes = reader.attribute.position, reader.attribute.notes
    return Index(kind, fields, name, db_name, algorithm=algorithm, notes=notes, position=position)


def _refuse_length(reader: ArgumentReader, kind: str) -> PlacedError:
    return refuse_index(reader.attribute, _LENGTH.get(kind, _LENGTH[""]))


def _refuse_clustered(reader: ArgumentReader) -> None:
    if (value := reader.optional("clustered")) is not None:
        boolean_of(value)
        message = "Defining clustering is not supported in the current connector."
        raise refuse_index(reader.attribute, message)


def _check_client_name(reader: ArgumentReader, block: Block, name: str | None) -> None:
    if name is not None and not (name.isascii() and name.replace("_", "a").isalnum()):
        raise refuse_model(
            block.name,
            f"The `name` property within the `@@{reader.attribute.name}` attribute only allows "
            "for the following characters: `_a-zA-Z0-9`.",
            reader.attribute.position,
        )


def _algorithm(reader: ArgumentReader) -> Literal["BTree"] | None:
    place = reader.attribute.place_of("type")
    value = reader.optional("type")
    if value is None:
        return None
    name = constant_of(value)
    if name == "BTree":
        return "BTree"
    if name in _ALGORITHMS:
        message = "The given index type is not supported with the current connector"
        raise refuse_index(reader.attribute, message, place)
    raise reader.refuse(f"Unknown index type: {name}.")


def _sort(reader: ArgumentReader, value: Expression | None) -> SortOrder | None:
    match None if value is None else constant_of(value):
        case None:
            return None
        case "Asc":
            return "Asc"
        case "Desc":
            return "Desc"
        case other:
            raise reader.refuse(
                f"The `sort` argument can only be `Asc` or `Desc` you provided: {other}."
            )


def _index_fields(reader: ArgumentReader, value: Expression, kind: str) -> tuple[IndexField, ...]:
    items = value.items if isinstance(value, Array) else (value,)
    return tuple(_index_field(reader, item, kind) for item in items)


def _index_field(reader: ArgumentReader, item: Expression, kind: str) -> IndexField:
    match item:
        case Constant(name=name):
            return IndexField(tuple(name.split(".")))
        case Call(name=name, arguments=arguments):
            given = {argument.name: argument for argument in arguments.items}
            sort = _field_sort(given["sort"]) if "sort" in given else None
            _refuse_field_arguments(reader, given, kind)
            return IndexField(tuple(name.split(".")), sort)
        case _:
            raise PlacedError(
                f"Expected a constant literal value, but received {kind_of(item)} value `{item}`.",
                item.position,
            )


def _field_sort(argument: Argument) -> SortOrder:
    match constant_of(argument.value):
        case "Asc":
            return "Asc"
        case "Desc":
            return "Desc"
        case _:
            reason = "Unexpected token. Expected one of: Asc, Desc"
            raise PlacedError(reason, argument.position)


def _refuse_field_arguments(
    reader: ArgumentReader, given: dict[str | None, Argument], kind: str
) -> None:
    if "length" in given:
        integer_of(given["length"].value)
        raise _refuse_length(reader, kind)
    if "ops" in given:
        check_operator_class(given["ops"])
