"""`check_names`: the names in a schema are valid and unique. The first check of `resolve`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Protocol, assert_never

from prismongo.schema.datamodel import Position
from prismongo.schema.errors import Mistakes, PlacedError, refuse, refuse_model
from prismongo.schema.language.syntax import Attribute, Block, BlockKeyword, Schema
from prismongo.schema.scalars import SCALARS

# What Prisma calls each kind of block where a name is taken, and where a name is not fit.
_TAKEN: Final[dict[BlockKeyword, str]] = {
    "model": "model",
    "view": "view",
    "type": "composite type",
    "enum": "enum",
    "datasource": "source",
    "generator": "generator",
}
_UNFIT: Final = {"model": "Model", "view": "view", "type": "Composite type", "enum": "Enum"}

# Names that the JavaScript client of the same schema cannot have (prisma-engines,
# `parser-database/src/names/reserved_model_names.rs`).
_RESERVED: Final = frozenset(
    """
    PrismaClient break case catch class const continue debugger default delete do else enum export
    extends false finally for function if implements import in instanceof interface let new null
    package private protected public return super switch this throw true try typeof var void while
    with yield
    """.split()  # noqa: SIM905 - a list of forty names is forty lines
)


class _Item(Protocol):
    @property
    def name(self) -> str: ...

    @property
    def position(self) -> Position: ...

    @property
    def attributes(self) -> tuple[Attribute, ...]: ...


def check_names(schema: Schema, mistakes: Mistakes) -> None:
    """Refuse names that are reserved, not fit or already taken."""
    taken: dict[tuple[str, str], BlockKeyword] = {}
    for block in schema.blocks:
        with mistakes:
            if block.name in SCALARS:
                reason = f'"{block.name}" is a reserved scalar type name and cannot be used.'
                raise PlacedError(reason, block.name_position)
            _check_inside(block, mistakes)
            namespace = block.keyword if block.keyword in {"datasource", "generator"} else ""
            if earlier := taken.get((namespace, block.name)):
                raise PlacedError(
                    f'The {_TAKEN[block.keyword]} "{block.name}" cannot be defined because a '
                    f"{_TAKEN[earlier]} with that name already exists.",
                    block.name_position,
                )
            taken[namespace, block.name] = block.keyword


def _check_inside(block: Block, mistakes: Mistakes) -> None:
    if block.keyword in _UNFIT:
        with mistakes:
            _check_fit(block.name, _UNFIT[block.keyword], block.name_position)
    if block.keyword in {"model", "view", "enum"}:
        with mistakes:
            _check_reserved(block)
        _check_attributes(block.attributes, mistakes)
    items: Iterable[_Positioned]
    match block.keyword:
        case "model" | "view":
            _check_items(block.fields, "Field" if block.keyword == "model" else "field", mistakes)
            items, reason = block.fields, f'Field "{{}}" is already defined on {_shown(block)}.'
        case "type":
            items, reason = block.fields, f'Field "{{}}" is already defined on {_shown(block)}.'
        case "enum":
            _check_items(block.members, "Enum Value", mistakes)
            items, reason = block.members, f'Value "{{}}" is already defined on {_shown(block)}.'
        case "datasource" | "generator":
            items, reason = block.settings, f'Key "{{}}" is already defined in {_shown(block)}.'
        case _:
            assert_never(block.keyword)
    _check_free(items, reason, mistakes)


def _shown(block: Block) -> str:
    return f'{_TAKEN[block.keyword]} "{block.name}"'


def _check_reserved(block: Block) -> None:
    if block.name not in _RESERVED:
        return
    if block.keyword == "enum":
        raise PlacedError(
            f"Error validating enum `{block.name}`: The enum name `{block.name}` is invalid. It is "
            "a reserved name. Please change it. Read more at https://www.prisma.io/docs/reference/"
            "tools-and-interfaces/prisma-schema/data-model#naming-enums",
            block.position,
        )
    raise refuse_model(
        block.name,
        f"The {block.keyword} name `{block.name}` is invalid. It is a reserved name. "
        "Please change it. Read more at https://pris.ly/d/naming-models",
        block.position,
    )


def _check_items(items: Iterable[_Item], what: str, mistakes: Mistakes) -> None:
    for item in items:
        with mistakes:
            _check_fit(item.name, what, item.position)
        _check_attributes(item.attributes, mistakes)


def _check_attributes(attributes: tuple[Attribute, ...], mistakes: Mistakes) -> None:
    for attribute in attributes:
        with mistakes:
            _check_fit(attribute.name, "Attribute", attribute.name_position)


def _check_fit(name: str, what: str, position: Position) -> None:
    if name[0] in "0123456789":
        raise refuse(f"The name of a {what} must not start with a number.", position)
    if "-" in name:
        raise refuse(f"The character `-` is not allowed in {what} names.", position)


class _Positioned(Protocol):
    @property
    def name(self) -> str: ...

    @property
    def position(self) -> Position: ...


def _check_free(items: Iterable[_Positioned], reason: str, mistakes: Mistakes) -> None:
    seen: set[str] = set()
    for item in items:
        with mistakes:
            if item.name in seen:
                raise PlacedError(reason.format(item.name), item.position)
        seen.add(item.name)
