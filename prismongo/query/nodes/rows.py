"""Rows: stored documents, as the steps of a plan return them, and what is in place of a bad one."""

from __future__ import annotations

from typing import Any

from prisma.errors import DataError

Row = dict[str, Any]
Rows = list[Row]


class Unreadable(Row):
    """In place of a row, or of the related rows, that cannot be read: reading raises the error.

    Args:
        error: names the record.
        known: the stored values that are known; of these, the row itself has the id alone.
    """

    def __init__(self, error: DataError, known: Row | None = None) -> None:
        self.error = error
        self.known = known or {}
        super().__init__({"_id": self.known["_id"]} if "_id" in self.known else {})

    def __missing__(self, name: str) -> Any:
        raise self.error

    def __iter__(self) -> Any:
        raise self.error

    def get(self, name: str, default: Any = None) -> Any:
        """The value, if it is known.

        Raises:
            DataError: the error.
        """
        return self[name]


def known_of(row: Row) -> Row:
    """The values of a row, also of one that cannot be read."""
    return row.known if isinstance(row, Unreadable) else row
