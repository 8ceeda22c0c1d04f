"""Reads a schema from its file, or from a folder of `.prisma` files (`read_schema`).

The files of a folder are one schema: their texts are joined in the order of their names. What is
wrong is told with the file that it stands in (`SchemaFiles.located`).
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from prismongo.errors import ConfigurationError, SchemaError
from prismongo.project import files_below, read_text, shown
from prismongo.schema.datamodel import Datamodel
from prismongo.schema.language.lexer import BREAK
from prismongo.schema.parser import parse

_BREAK: Final = re.compile(BREAK)


@dataclass(frozen=True, slots=True)
class SchemaFile:
    """A file of a schema.

    Attributes:
        path: where it stands.
        first: the line of the joined text that its first line is, counted from 1.
        text: its text.
    """

    path: Path
    first: int
    text: str


@dataclass(frozen=True, slots=True)
class SchemaFiles:
    """A schema as it was read: its files, and their texts joined."""

    path: Path
    files: tuple[SchemaFile, ...]
    text: str

    @property
    def folder(self) -> Path:
        """The folder that paths in the schema begin at, and that a `.env` may stand in."""
        return self.path if self.path.is_dir() else self.path.parent

    def parse(self) -> Datamodel:
        """The Datamodel.

        Raises:
            SchemaError: the schema is not valid; it names every mistake with its file.
        """
        with self.located():
            return parse(self.text)

    @contextmanager
    def located(self) -> Iterator[None]:
        """Around what raises a SchemaError about the joined text: it names the file and its line.

        Raises:
            SchemaError: that error, each of its mistakes with the file and with the line itself.
        """
        try:
            yield
        except SchemaError as error:
            located = SchemaError.joined([self._located(each) for each in error.errors])
            raise located from error.__cause__

    def _located(self, error: SchemaError) -> SchemaError:
        if not error.line:
            return SchemaError(error.reason, file=self._name(self.path))
        at = bisect_right(self.files, error.line, key=lambda file: file.first) - 1
        file = self.files[at]
        line = error.line - file.first + 1
        return SchemaError(
            error.reason, line, error.column, text=file.text, file=self._name(file.path)
        )

    def _name(self, path: Path) -> str:
        """A file as messages name it: as the user does, or from the schema's folder on."""
        named = shown(path)
        return (path.relative_to(self.path.parent) if named.is_absolute() else named).as_posix()


def read_schema(path: Path) -> SchemaFiles:
    """Read a schema.

    Args:
        path: a file, or a folder; of a folder every `.prisma` file in it and below.

    Raises:
        ConfigurationError: a file cannot be read, or a folder has none.
    """
    if not path.is_dir():
        return schema_of_text(read_text(path), path)
    found = files_below(path)
    if not found:
        raise ConfigurationError(
            f"Cannot read {shown(path)}: there is no .prisma file in this folder."
        )
    files: list[SchemaFile] = []
    parts: list[str] = []
    first = 1
    for each in found:
        text = read_text(each)
        files.append(SchemaFile(each, first, text))
        # The blank line keeps a comment at the end of a file from the next one.
        part = f"{text.rstrip()}\n\n"
        parts.append(part)
        first += len(_BREAK.findall(part))
    return SchemaFiles(path, tuple(files), "".join(parts).rstrip("\n") + "\n")


def schema_of_text(text: str, path: Path) -> SchemaFiles:
    """The schema with this text, as if it stood in this file."""
    return SchemaFiles(path, (SchemaFile(path, 1, text),), text)
