"""Checks the fields of an index: they exist, are stored, and are named once."""

from __future__ import annotations

from prismongo.schema.datamodel import IndexField, Position
from prismongo.schema.errors import PlacedError, refuse_model
from prismongo.schema.language.syntax import Array, Attribute, Block
from prismongo.schema.scope import Scope

Path = tuple[str, ...]


def check_index_fields(
    attribute: Attribute, block: Block, scope: Scope, fields: tuple[IndexField, ...], kind: str
) -> None:
    """Refuse unknown fields of an index, then relations, then repetitions."""
    unique = "unique " if kind == "unique" else ""
    unknown = [name for item in fields if (name := _unknown(scope, block, item.path))]
    if unknown:
        raise refuse_model(
            block.name,
            f"The {unique}index definition refers to the unknown fields: {', '.join(unknown)}.",
            attribute.position,
        )
    if relations := _relations(scope, block, fields):
        keys = [key for name in relations for key in _keys(scope, block, name)]
        suggested = "unique" if unique else "index"
        suggestion = f" Did you mean `@@{suggested}([{', '.join(keys)}])`?" if keys else ""
        raise refuse_model(
            block.name,
            f"The {unique}index definition refers to the relation fields {', '.join(relations)}. "
            f"Index definitions must reference only scalar fields.{suggestion}",
            attribute.position,
        )
    _check_repetition(attribute, block, scope, fields)


def check_id_fields(
    attribute: Attribute,
    block: Block,
    scope: Scope,
    fields: tuple[IndexField, ...],
    fields_position: Position,
    *,
    ignored: bool,
) -> None:
    """The same for `@@id`, which takes no paths and no optional fields."""
    refuse_unknown(block, scope, [".".join(item.path) for item in fields], "id", fields_position)
    if relations := _relations(scope, block, fields):
        raise refuse_model(
            block.name,
            f"The id definition refers to the relation {_shown_all(relations)}. "
            "ID definitions must reference only scalar fields.",
            attribute.position,
        )
    _check_repetition(attribute, block, scope, fields)
    if not ignored:
        _check_required(attribute, block, scope, [item.path[0] for item in fields])


def _check_required(attribute: Attribute, block: Block, scope: Scope, names: list[str]) -> None:
    optional = [name for name in names if scope.fields[block.name, name].arity != "required"]
    if optional:
        raise refuse_model(
            block.name,
            f"The id definition refers to the optional {_shown_all(optional)}. "
            "ID definitions must reference only required fields.",
            attribute.position,
        )


def refuse_unknown(
    block: Block, scope: Scope, names: list[str], what: str, position: Position
) -> None:
    """Refuse names that are no fields of the model, in an id or in a shard key."""
    unknown = [name for name in names if (block.name, name) not in scope.fields]
    if unknown:
        shown = _shown_all(unknown)
        message = f"The multi field {what} declaration refers to the unknown {shown}."
        raise refuse_model(block.name, message, position)


def _shown_all(names: list[str]) -> str:
    return ("field " if len(names) == 1 else "fields ") + ", ".join(f"`{name}`" for name in names)


def _check_repetition(
    attribute: Attribute, block: Block, scope: Scope, fields: tuple[IndexField, ...]
) -> None:
    seen: set[Path] = set()
    for item in fields:
        if item.path in seen:
            raise repeated(block.name, _shown(scope, block, item.path), attribute.position)
        seen.add(item.path)


def repeated(model: str, field: str, position: Position) -> PlacedError:
    """The refusal of a field that a list of fields names twice."""
    message = f"The unique index definition refers to the field {field} multiple times."
    return refuse_model(model, message, position)


def _relations(scope: Scope, block: Block, fields: tuple[IndexField, ...]) -> list[str]:
    roots = [item.path[0] for item in fields]
    return [name for name in roots if scope.kind(scope.fields[block.name, name]) == "relation"]


def _unknown(scope: Scope, block: Block, path: Path) -> str | None:
    """What of a path does not exist, as Prisma shows it."""
    container: str | None = block.name
    for depth, name in enumerate(path):
        if container is None:
            return ".".join(path)
        node = scope.fields.get((container, name))
        if node is None:
            return name if depth == 0 else f"{name} in type {container}"
        kind = scope.kind(node)
        if kind == "relation":
            return None
        container = node.type if kind == "composite" else None
    return None


def _shown(scope: Scope, block: Block, path: Path) -> str:
    container = block.name
    for name in path[:-1]:
        container = scope.fields[container, name].type
    return path[0] if len(path) == 1 else f"{path[-1]} in type {container}"


def _keys(scope: Scope, block: Block, name: str) -> list[str]:
    """The foreign key that a relation's own attribute names."""
    for attribute in scope.fields[block.name, name].attributes:
        for argument in attribute.arguments.items:
            if attribute.name == "relation" and argument.name == "fields":
                value = argument.value
                items = value.items if isinstance(value, Array) else (value,)
                return [str(item) for item in items]
    return []
