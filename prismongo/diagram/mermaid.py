"""A picture → Mermaid: `erDiagram` for a schema, `flowchart` for a container.

Source: https://mermaid.js.org/syntax/entityRelationshipDiagram.html and …/flowchart.html.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, assert_never

from prismongo.diagram.picture import (
    Cardinality,
    ContainerPicture,
    Entity,
    Group,
    Line,
    Node,
    Picture,
    Row,
    SchemaPicture,
    Shape,
)

WORDS: Final = frozenset(
    {
        "call",
        "class",
        "classDef",
        "click",
        "default",
        "end",
        "flowchart",
        "graph",
        "href",
        "interpolate",
        "linkStyle",
        "style",
        "subgraph",
    }
)
"""Words of flowcharts, with which the name of a node must not begin."""

_START: Final[dict[Cardinality, str]] = {"one": "||", "optional": "|o", "many": "}o"}
_END: Final[dict[Cardinality, str]] = {"one": "||", "optional": "o|", "many": "o{"}
_SHAPES: Final[dict[Shape, tuple[str, str]]] = {
    "resource": ("[(", ")]"),
    "single": ("([", "])"),
    "called": ("[", "]"),
    "missing": ("{{", "}}"),
}


def mermaid_text(picture: Picture) -> str:
    """The picture in Mermaid's language, with a line feed at its end."""
    match picture:
        case SchemaPicture():
            lines = _schema(picture)
        case ContainerPicture():
            lines = _container(picture)
        case _:
            assert_never(picture)
    return "\n".join(lines) + "\n"


# --- a schema ---


def _schema(picture: SchemaPicture) -> Iterator[str]:
    yield "erDiagram"
    for entity in picture.entities:
        yield from _entity(entity)
    for line in picture.lines:
        yield f"    {_relation(line)}"


def _entity(entity: Entity) -> Iterator[str]:
    alias = "" if entity.kind == "model" else f'["{entity.name} ({entity.kind})"]'
    if not entity.rows:
        yield f'    "{entity.name}"{alias}'
        return
    yield f'    "{entity.name}"{alias} {{'
    for row in entity.rows:
        yield f"        {_row(row)}"
    yield "    }"


def _row(row: Row) -> str:
    name = row.name
    if name.upper() in ("PK", "FK", "UK"):  # as a name Mermaid takes it for a key
        name = f"{name[0]}\N{WORD JOINER}{name[1]}"
    keys = f" {', '.join(row.keys)}" if row.keys else ""
    comment = ' "optional"' if row.is_optional else ""
    return f"{row.type} {name}{keys}{comment}"


def _relation(line: Line) -> str:
    between = ".." if line.is_inside else "--"
    ends = f"{_START[line.at_start]}{between}{_END[line.at_end]}"
    return f'"{line.start}" {ends} "{line.end}" : "{line.label}"'


# --- a container ---


def _container(picture: ContainerPicture) -> Iterator[str]:
    yield "flowchart LR"
    yield from _members(picture.members, "    ")
    for arrow in picture.arrows:
        label = f'|"{_escaped(arrow.label)}"|' if arrow.label else ""
        yield f"    {_id(arrow.start)} -->{label} {_id(arrow.end)}"


def _members(members: Iterable[Node | Group], indent: str) -> Iterator[str]:
    for member in members:
        match member:
            case Node(path=path, text=text, shape=shape):
                left, right = _SHAPES[shape]
                label = "<br/>".join(_escaped(each) for each in text)
                yield f'{indent}{_id(path)}{left}"{label}"{right}'
            case Group(path=path, title=title, members=inner):
                yield f'{indent}subgraph {_id(path)}["{_escaped(title)}"]'
                yield from _members(inner, f"{indent}    ")
                yield f"{indent}end"
            case _:
                assert_never(member)


def _id(path: str) -> str:
    """The path; a hyphen, which no path has, keeps it apart from a word of Mermaid's."""
    return f"x-{path}" if path.partition(".")[0] in WORDS else path


def _escaped(text: str) -> str:
    for letter, entity in (("#", "#35;"), ('"', "#quot;"), ("<", "#lt;"), (">", "#gt;")):
        text = text.replace(letter, entity)
    return text
