"""`@id`, `@unique`, `@@unique`, `@@index`, `@@fulltext`: their fields, orders and names."""

from __future__ import annotations

from typing import Final, Literal

from database.schema.arguments import Reader, constant_of, text_of
from database.schema.datamodel import Index, IndexField, SortOrder
from database.schema.refusal import RefusalError, refuse_model
from database.schema.scope import Scope
from database.schema.syntax import Array, Block, Call, Constant, Expression, FieldNode

IndexKind = Literal["unique", "index", "fulltext"]

_NAMELESS: Final = "The `name` argument cannot be an empty string."
_ALIAS: Final = (
    "The `@@index` attribute accepts the `name` argument as an alias for the `map` argument for "
    "legacy reasons. It does not accept both though. Please use the `map` argument to specify the "
    "database name of the index."
)


def field_index(reader: Reader, node: FieldNode, kind: Literal["id", "unique"]) -> Index:
    """The index that `@id` or `@unique` on a field makes."""
    db_name = reader.text("map")
    sort = _sort(reader, reader.optional("sort"))
    position = reader.attribute.position
    fields = (IndexField((node.name,), sort),)
    return Index(kind, fields, None, db_name, is_field_attribute=True, position=position)


def block_index(reader: Reader, block: Block, scope: Scope, kind: IndexKind) -> Index:
    """The index that `@@unique`, `@@index` or `@@fulltext` makes.

    Raises:
        RefusalError: it names unknown fields, relations, or a field twice.
    """
    value = reader.default("fields")
    items = value.items if isinstance(value, Array) else (value,)
    fields = tuple(_index_field(reader, item) for item in items)
    _Fields(reader, block, scope, kind).check(fields)
    name = None if kind == "fulltext" else reader.text("name", empty=_NAMELESS)
    db_name = reader.text("map")
    if kind == "index":
        if name is not None and db_name is not None:
            raise reader.refuse(_ALIAS)
        name, db_name = None, db_name if name is None else name
    return Index(kind, fields, name, db_name, position=reader.attribute.position)


def _sort(reader: Reader, value: Expression | None) -> SortOrder | None:
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


def _index_field(reader: Reader, item: Expression) -> IndexField:
    match item:
        case Constant(name=name):
            return IndexField(tuple(name.split(".")))
        case Call(name=name, arguments=arguments):
            sort = None
            for argument in arguments.items:
                if argument.name == "sort":
                    sort = _sort(reader, argument.value)
            return IndexField(tuple(name.split(".")), sort)
        case _:
            text_of(item)
            constant_of(item)
            raise AssertionError  # one of the two has refused


class _Fields:
    """Checks the fields that an index names."""

    def __init__(self, reader: Reader, block: Block, scope: Scope, kind: IndexKind) -> None:
        self._place = reader.attribute.position
        self._block = block
        self._scope = scope
        self._unique = "unique " if kind == "unique" else ""
        self._attribute = "unique" if kind == "unique" else "index"

    def check(self, fields: tuple[IndexField, ...]) -> None:
        """Refuse unknown fields, then relations, then repetitions."""
        unknown = [name for item in fields if (name := self._unknown(item.path))]
        if unknown:
            raise self._refuse(
                f"The {self._unique}index definition refers to the unknown fields: "
                f"{', '.join(unknown)}."
            )
        relations = [item.path[0] for item in fields if self._is_relation(item.path[0])]
        if relations:
            raise self._refuse(
                f"The {self._unique}index definition refers to the relation fields "
                f"{', '.join(relations)}. Index definitions must reference only scalar fields."
                f"{self._suggestion(relations)}"
            )
        self._check_repetition(fields)

    def _check_repetition(self, fields: tuple[IndexField, ...]) -> None:
        seen: set[tuple[str, ...]] = set()
        for item in fields:
            if item.path in seen:
                raise self._refuse(
                    f"The unique index definition refers to the field {self._shown(item.path)} "
                    "multiple times."
                )
            seen.add(item.path)

    def _refuse(self, message: str) -> RefusalError:
        return refuse_model(self._block.name, message, self._place)

    def _is_relation(self, name: str) -> bool:
        return self._scope.kind(self._scope.fields[self._block.name, name]) == "relation"

    def _unknown(self, path: tuple[str, ...]) -> str | None:
        container: str | None = self._block.name
        for depth, name in enumerate(path):
            if container is None:
                return ".".join(path)
            node = self._scope.fields.get((container, name))
            if node is None:
                return name if depth == 0 else f"{name} in type {container}"
            kind = self._scope.kind(node)
            if kind == "relation":
                return None
            container = node.type if kind == "composite" else None
        return None

    def _shown(self, path: tuple[str, ...]) -> str:
        if len(path) == 1:
            return path[0]
        container = self._block.name
        for name in path[:-1]:
            container = self._scope.fields[container, name].type
        return f"{path[-1]} in type {container}"

    def _suggestion(self, relations: list[str]) -> str:
        keys = [key for name in relations for key in self._keys(name)]
        return f" Did you mean `@@{self._attribute}([{', '.join(keys)}])`?" if keys else ""

    def _keys(self, name: str) -> list[str]:
        node = self._scope.fields[self._block.name, name]
        for attribute in node.attributes:
            for argument in attribute.arguments.items:
                if attribute.name == "relation" and argument.name == "fields":
                    value = argument.value
                    items = value.items if isinstance(value, Array) else (value,)
                    return [str(item) for item in items]
        return []
