"""A draft → the files of the schema: new blocks stand at the end, new lines in their blocks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from prismongo.pull.draft import Draft, DraftBlock
from prismongo.schema.datamodel import Datamodel
from prismongo.schema.files import SchemaFiles

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


def with_draft(schema: SchemaFiles, datamodel: Datamodel, draft: Draft) -> dict[Path, str]:
    """The files that change, with their new texts. No line that is there changes."""
    places = _places(datamodel)
    inserted: dict[int, list[str]] = {}
    for block in draft.blocks:
        if not block.is_new and (lines := block.body()):
            inserted[_end(schema.text.split("\n"), places[block.name])] = lines
    texts: dict[Path, str] = {}
    for file in schema.files:
        lines = list(_with(file.text.split("\n"), file.first, inserted))
        texts[file.path] = "\n".join(lines)
    if new := draft.new():
        is_folder = schema.path.is_dir()
        last = schema.path / PULLED if is_folder else schema.files[0].path
        before = texts.get(last, "")
        texts[last] = f"{before.rstrip()}\n\n{new}" if before.strip() else new
    old = {file.path: file.text for file in schema.files}
    return {path: text for path, text in texts.items() if old.get(path) != text}


def _places(datamodel: Datamodel) -> dict[str, int]:
    models = {model.name: model.position.line for model in datamodel.models}
    return models | {each.name: each.position.line for each in datamodel.types}


def _end(lines: list[str], start: int) -> int:
    """The line, from 1, of the brace that closes the block that begins at a line."""
    return next(
        number
        for number in range(start + 1, len(lines) + 1)
        if lines[number - 1].strip()[:1] == "}"
    )


def _with(lines: list[str], first: int, inserted: dict[int, list[str]]) -> Iterator[str]:
    for number, line in enumerate(lines, first):
        yield from inserted.get(number, ())
        yield line


def configuration_text(schema: SchemaFiles) -> str:
    """The datasource and the generators of a schema, as they are written."""
    lines = schema.text.split("\n")
    datamodel = schema.parse()
    starts = [each.position.line for each in datamodel.datasources]
    starts += [each.position.line for each in datamodel.generators]
    parts = ["\n".join(lines[start - 1 : _end(lines, start)]) for start in starts]
    return "\n\n".join(parts) + "\n" if parts else HEADER


def added(draft: Draft) -> list[DraftBlock]:
    """The blocks that are new, or have new lines."""
    return [block for block in draft.blocks if block.is_new or block.body()]
