"""The words of requests: Prisma's names of arguments and operators, and the names of Python's.

Prisma's are in camelCase. Those of Python are upstream's (`not_in`, `startswith`, `order_by`), and
more in the same manner.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final, assert_never

from prismongo.query.errors.input import ArgumentPath, given_twice
from prismongo.query.nodes.requests import Words

_PYTHON: Final[Mapping[str, str]] = {
    "orderBy": "order_by",
    "startsWith": "startswith",
    "endsWith": "endswith",
    "notIn": "not_in",
    "hasEvery": "has_every",
    "hasSome": "has_some",
    "isEmpty": "is_empty",
    "isNot": "is_not",
    "isSet": "is_set",
    "connectOrCreate": "connect_or_create",
    "createMany": "create_many",
    "updateMany": "update_many",
    "deleteMany": "delete_many",
    "skipDuplicates": "skip_duplicates",
}
_PRISMA: Final[Mapping[str, str]] = {
    **{python: prisma for prisma, python in _PYTHON.items()},
    "order": "orderBy",
    "starts_with": "startsWith",
    "ends_with": "endsWith",
}


def canonical(name: str) -> str:
    """Prisma's name of an operator or argument, also by upstream's or our snake_case.

    Never of a field: a schema may give its fields such names.
    """
    return _PRISMA.get(name, name)


def spelled(names: Iterable[str], words: Words) -> list[str]:
    """The names of operators or arguments as a message shows them."""
    match words:
        case "prisma":
            return list(names)
        case "python":
            return [_PYTHON.get(name, name) for name in names]
        case _:
            assert_never(words)


def arguments_spelled(names: Iterable[str], words: Words, *, is_nested: bool) -> list[str]:
    """The same of an operation's arguments: `order`, and `order_by` in an include."""
    shown = spelled(names, words)
    return shown if is_nested else ["order" if name == "order_by" else name for name in shown]


def written_as(name: str, arguments: Mapping[str, Any]) -> str:
    """The name by which an argument was given, for the path of an error."""
    return next((key for key in arguments if canonical(key) == name), name)


def by_canonical(given: Mapping[str, Any], path: ArgumentPath) -> dict[str, tuple[str, Any]]:
    """The entries of an object of operators or arguments: Prisma's name → the written name, value.

    Raises:
        prisma.errors.DataError: P2009, one of them is given by two names.
    """
    found: dict[str, tuple[str, Any]] = {}
    for written, value in given.items():
        name = canonical(written)
        if name in found:
            raise given_twice((*path, written))
        found[name] = written, value
    return found
