"""Writes the files that a command makes."""

from __future__ import annotations

from pathlib import Path

from prismongo.errors import ConfigurationError
from prismongo.project import shown


def write(file: Path, text: str) -> None:
    """Write a file; its folder is made. One that is there keeps its kind of line ends.

    Raises:
        ConfigurationError: it cannot be written.
    """
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        has_crlf = file.is_file() and b"\r\n" in file.read_bytes()
        file.write_text(text, encoding="utf-8", newline="\r\n" if has_crlf else "")
    except OSError as error:
        raise ConfigurationError(f"Cannot write {shown(file)}: {error.strerror}.") from error
