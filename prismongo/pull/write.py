"""A draft → the files of the schema: new blocks stand at the end, new lines in their blocks."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from prismongo.pull.draft import Draft, DraftBlock
from prismongo.schema.datamodel import Position
from prismongo.schema.errors import Mistakes
from prismongo.schema.files import SchemaFiles
from prismongo.schema.language.blocks import read
from prismongo.schema.language.lexer import Source
from prismongo.schema.language.syntax import Block

HEADER: Final = """\
datasource db {
  provider = "mongodb"
  url      = env("DATABASE_URL")
}

generator client {
  provider = "prisma-client-py"
}
"""
PULLED: Final = "pulled.prisma"
"""The file for new blocks, if the schema is a folder."""

NewLines = Mapping[int, Sequence[str]]
"""The line of a text that new lines stand before, counted from 1 → those lines."""


def drafted(schema: SchemaFiles, draft: Draft) -> str:
    """The schema as one text with everything that is new; the new blocks stand at the end."""
    return _appended(_with(schema.text, _new_lines(schema, draft)), draft.new())


def with_draft(schema: SchemaFiles, draft: Draft) -> dict[Path, str]:
    """The files that change, with their new texts. No line that is there changes."""
    new_lines = _new_lines(schema, draft)
    old = {file.path: file.text for file in schema.files}
    texts = dict(old)
    firsts = [file.first for file in schema.files]
    for line in sorted(new_lines, reverse=True):
        file = schema.files[bisect_right(firsts, line) - 1]
        texts[file.path] = _with(texts[file.path], {line - file.first + 1: new_lines[line]})
    if new := draft.new():
        last = schema.path / PULLED if schema.path.is_dir() else schema.files[0].path
        texts[last] = _appended(texts.get(last, ""), new)
    return {path: text for path, text in texts.items() if old.get(path) != text}


def _new_lines(schema: SchemaFiles, draft: Draft) -> dict[int, list[str]]:
    behind = {block.name: block.behind.line for block in model_blocks(schema.text)}
    old = [block for block in draft.blocks if not block.is_new]
    return {behind[block.name]: lines for block in old if (lines := block.body())}


def _with(text: str, new_lines: NewLines) -> str:
    source = Source(text)
    for line in sorted(new_lines, reverse=True):  # from the end: what is before keeps its place
        at = source.place(Position(line, 1))
        text = "".join([text[:at], *(f"{each}\n" for each in new_lines[line]), text[at:]])
    return text


def _appended(text: str, new: str) -> str:
    return f"{text.rstrip()}\n\n{new}" if new and text.strip() else new or text


def model_blocks(text: str) -> tuple[Block, ...]:
    """The models, views, composite types and enums of a schema, as they are written."""
    return read(text, Mistakes()).of("model", "view", "type", "enum")


def configuration_text(schema: SchemaFiles) -> str:
    """The datasource and the generators of a schema, as they are written."""
    text, source = schema.text, Source(schema.text)
    blocks = read(text, Mistakes()).of("datasource", "generator")
    parts = [text[source.place(each.position) : source.place(each.end) + 1] for each in blocks]
    return "\n\n".join(parts) + "\n" if parts else HEADER


def added(draft: Draft) -> list[DraftBlock]:
    """The blocks that are new, or have new lines."""
    return [block for block in draft.blocks if block.is_new or block.body()]
