"""Writes the files that a command makes."""

from __future__ import annotations

from pathlib import Path

from prismongo.errors import ConfigurationError


def write(file: Path, text: str) -> None:
    """Write a file; its folder is made.

    Raises:
        ConfigurationError: it cannot be written.
    """
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8", newline="")
    except OSError as error:
        raise ConfigurationError(f"Cannot write {file}: {error.strerror}.") from error
