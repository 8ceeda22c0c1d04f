"""A picture → DOT, the language of Graphviz. Source: https://graphviz.org/doc/info/lang.html."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape
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

_FONT: Final = 'fontname="Helvetica"'
_ENDS: Final[dict[Cardinality, str]] = {"one": "teetee", "optional": "teeodot", "many": "crowodot"}
_SHAPES: Final[dict[Shape, str]] = {
    "resource": 'shape=cylinder margin="0.15,0.12"',
    "single": 'shape=box style="rounded"',
    "called": "shape=box",
    "missing": 'shape=hexagon style="dashed"',
}
_TABLE: Final = '<TABLE BORDER="0" CELLBORDER="1" CELLSPACING="0" CELLPADDING="4">'


def dot_text(picture: Picture) -> str:
    """The picture in DOT, with a line feed at its end."""
    match picture:
        case SchemaPicture():
            lines = _schema(picture)
        case ContainerPicture():
            lines = _container(picture)
        case _:
            assert_never(picture)
    start = ["digraph {", f"    graph [rankdir=LR nodesep=0.4 ranksep=1 {_FONT}]"]
    start += [f"    node [{_FONT} fontsize=11]", f"    edge [{_FONT} fontsize=9]"]
    return "\n".join([*start, *lines, "}"]) + "\n"


# --- a schema ---


def _schema(picture: SchemaPicture) -> Iterator[str]:
    for entity in picture.entities:
        yield f"    {_text(entity.name)} [shape=plain label=<{_entity(entity)}>]"
    for line in picture.lines:
        yield f"    {_text(line.start)} -> {_text(line.end)} [{_relation(line)}]"


def _entity(entity: Entity) -> str:
    kind = "" if entity.kind == "model" else f" ({entity.kind})"
    head = f'<TR><TD BGCOLOR="#e8e8e8"><B>{escape(entity.name)}</B>{kind}</TD></TR>'
    return f"{_TABLE}{head}{''.join(_row(row) for row in entity.rows)}</TABLE>"


def _row(row: Row) -> str:
    keys = f" {', '.join(row.keys)}" if row.keys else ""
    mark = "?" if row.is_optional else ""
    return f'<TR><TD ALIGN="LEFT">{escape(f"{row.name}: {row.type}{mark}{keys}")}</TD></TR>'


def _relation(line: Line) -> str:
    ends = f"dir=both arrowtail={_ENDS[line.at_start]} arrowhead={_ENDS[line.at_end]}"
    return f"{ends} label={_text(line.label)}{' style=dashed' if line.is_inside else ''}"


# --- a container ---


def _container(picture: ContainerPicture) -> Iterator[str]:
    yield from _members(picture.members, "    ")
    for arrow in picture.arrows:
        yield f"    {_text(arrow.start)} -> {_text(arrow.end)} [label={_text(arrow.label)}]"


def _members(members: Iterable[Node | Group], indent: str) -> Iterator[str]:
    for member in members:
        match member:
            case Node(path=path, text=text, shape=shape):
                label = _text("\n".join(text))
                yield f"{indent}{_text(path)} [{_SHAPES[shape]} label={label}]"
            case Group(path=path, title=title, members=inner):
                yield f"{indent}subgraph {_text(f'cluster {path}')} {{"
                yield f"{indent}    label={_text(title)}"
                yield from _members(inner, f"{indent}    ")
                yield f"{indent}}}"
            case _:
                assert_never(member)


def _text(text: str) -> str:
    """A quoted string of DOT."""
    quoted = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{quoted}"'
