"""A database of PyMongo whose operations have the options of `with_options`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from pymongo.asynchronous.collection import AsyncCollection
from pymongo.asynchronous.database import AsyncDatabase

from prismongo.query.nodes.options import IndexHint, Options

HINTED: Final = frozenset(
    {
        "aggregate",
        "delete_many",
        "find",
        "find_one_and_delete",
        "find_one_and_update",
        "update_many",
    }
)
"""The methods of a collection that take a hint."""

COMMENTED: Final = HINTED | {"insert_many", "insert_one"}


class OptionedDatabase:
    """Stands for a database of PyMongo; what it does not define is the database's.

    Args:
        database: of PyMongo.
        options: those of each operation.
        hints: an index per collection.
    """

    def __init__(
        self, database: AsyncDatabase[Any], options: Options, hints: Mapping[str, IndexHint]
    ) -> None:
        self._database = database.with_options(
            read_preference=options.read_preference,
            read_concern=options.read_concern,
            write_concern=options.write_concern,
        )
        self._options = options
        self._hints = hints

    def __getattr__(self, name: str) -> Any:
        return getattr(self._database, name)

    def get_collection(self, name: str, **arguments: Any) -> Any:
        """A collection whose operations have the options."""
        collection = self._database.get_collection(name, **arguments)
        return _Collection(collection, self._options.comment, self._hints.get(name))

    async def command(self, command: dict[str, Any], **arguments: Any) -> Any:
        """Run a raw command, commented, and sent to the preferred member."""
        return await self._database.command(self._commented(command), **self._sent(arguments))

    async def cursor_command(self, command: dict[str, Any], **arguments: Any) -> Any:
        """Run a raw `find` or `aggregate`, with all options that it does not have of its own."""
        name = next(iter(command.values()))
        command = self._commented(command)
        if (hint := self._hints.get(name)) is not None:
            command.setdefault("hint", hint if isinstance(hint, str) else dict(hint))
        if self._options.read_concern is not None and not _is_inside(arguments):
            command.setdefault("readConcern", self._options.read_concern.document)
        return await self._database.cursor_command(command, **self._sent(arguments))

    def _commented(self, command: dict[str, Any]) -> dict[str, Any]:
        comment = self._options.comment
        return (
            dict(command)
            if comment is None
            else {**command, "comment": command.get("comment", comment)}
        )

    def _sent(self, arguments: dict[str, Any]) -> dict[str, Any]:
        preference = self._options.read_preference
        if preference is None or _is_inside(arguments):
            return arguments
        return {"read_preference": preference, **arguments}


class _Collection:
    """Stands for a collection of PyMongo."""

    def __init__(
        self, collection: AsyncCollection[Any], comment: str | None, hint: IndexHint | None
    ) -> None:
        self._collection = collection
        given = {"comment": comment, "hint": hint if isinstance(hint, str | None) else dict(hint)}
        self._given = {name: value for name, value in given.items() if value is not None}

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._collection, name)
        if name not in COMMENTED:
            return method
        given = dict(self._given)
        if name not in HINTED:
            given.pop("hint", None)
        return lambda *args, **kwargs: method(*args, **given, **kwargs)


def find_options(collection: object) -> Mapping[str, Any]:
    """The arguments that a cursor of the collection must be made with."""
    return collection._given if isinstance(collection, _Collection) else {}


def _is_inside(arguments: Mapping[str, Any]) -> bool:
    session = arguments.get("session")
    return session is not None and bool(session.in_transaction)
