"""The nodes of the syntax tree of a schema.prisma.

`parser` builds it, `resolve` reads it. Every node has its position, for the errors of later stages.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from prismongo.schema.datamodel import Position

Arity = Literal["required", "optional", "list"]
BlockKeyword = Literal["model", "type", "view", "enum", "datasource", "generator"]


@dataclass(frozen=True, slots=True)
class Constant:
    """A bare word: `Cascade`, `true`, `authorId`, `address.city`."""

    name: str
    position: Position

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class Text:
    """A string literal; `value` has its escapes resolved."""

    value: str
    position: Position

    def __str__(self) -> str:
        return f'"{self.value}"'


@dataclass(frozen=True, slots=True)
class Number:
    """A numeric literal, as written."""

    raw: str
    position: Position

    def __str__(self) -> str:
        return self.raw


@dataclass(frozen=True, slots=True)
class Array:
    """`[a, b]`."""

    items: tuple[Expression, ...]
    position: Position

    def __str__(self) -> str:
        return f"[{','.join(map(str, self.items))}]"


@dataclass(frozen=True, slots=True)
class Argument:
    """An argument of an attribute or a function; `name` is None where it is positional."""

    name: str | None
    value: Expression
    position: Position

    def __str__(self) -> str:
        return f"{self.name}: {self.value}" if self.name else str(self.value)


@dataclass(frozen=True, slots=True)
class Arguments:
    """What stands between parentheses.

    `empty` are names without a value (`map: `) and `trailing_comma` the place of a comma that
    nothing follows: Prisma reads both and refuses them later, with better words.
    """

    items: tuple[Argument, ...] = ()
    empty: tuple[Constant, ...] = ()
    trailing_comma: Position | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """A function call: `auto()`, `nanoid(10)`, `city(sort: Desc)`."""

    name: str
    arguments: Arguments
    position: Position

    def __str__(self) -> str:
        return f"{self.name}({','.join(map(str, self.arguments.items))})"


Expression = Constant | Text | Number | Array | Call


@dataclass(frozen=True, slots=True)
class Attribute:
    """`@name(…)` on a field, or `@@name(…)` on a block; the position is that of its first `@`.

    `notes` are the comments above and beside a block attribute.
    """

    name: str
    arguments: Arguments
    position: Position
    name_position: Position
    sign: Literal["@", "@@"]
    notes: str | None = None

    def place_of(self, argument: str) -> Position | None:
        """Where a named argument stands; None where it is not given."""
        places = (item.position for item in self.arguments.items if item.name == argument)
        return next(places, None)


@dataclass(frozen=True, slots=True)
class FieldNode:
    """A field of a model or composite type; `unsupported` is the text in `Unsupported("…")`.

    `notes` is the documentation without comments that stand above a block attribute: Prisma gives
    those to the next field all the same.
    """

    name: str
    type: str
    arity: Arity
    attributes: tuple[Attribute, ...]
    documentation: str | None
    position: Position
    type_position: Position
    unsupported: str | None = None
    notes: str | None = None


@dataclass(frozen=True, slots=True)
class Member:
    """A value of an enum."""

    name: str
    attributes: tuple[Attribute, ...]
    documentation: str | None
    position: Position


@dataclass(frozen=True, slots=True)
class Setting:
    """`key = value` in a datasource or generator; no value where nothing follows the sign."""

    name: str
    value: Expression | None
    position: Position


@dataclass(frozen=True, slots=True)
class Block:
    """A block; of `fields`, `members` and `settings` the keyword says which one is filled.

    `position` is that of the keyword, `name_position` that of the name, `end` that of the closing
    brace. `behind` is the line behind the last field, member, setting or attribute: another one can
    stand there.
    """

    keyword: BlockKeyword
    name: str
    fields: tuple[FieldNode, ...]
    members: tuple[Member, ...]
    settings: tuple[Setting, ...]
    attributes: tuple[Attribute, ...]
    documentation: str | None
    position: Position
    name_position: Position
    behind: Position
    end: Position


@dataclass(frozen=True, slots=True)
class Schema:
    """The blocks of a schema in their order."""

    blocks: tuple[Block, ...]

    def of(self, *keywords: BlockKeyword) -> tuple[Block, ...]:
        """The blocks that open with one of the keywords."""
        return tuple(block for block in self.blocks if block.keyword in keywords)
