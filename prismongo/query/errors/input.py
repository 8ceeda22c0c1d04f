"""Errors of the input: one function for each mistake, with its path and the code of Prisma.

A path names a place in the request: `where.email.$ne`. Messages contain names and types, but no
values.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from prisma.errors import DataError, MissingRequiredValueError

from prismongo.errors import ArgumentTypeError, data_error
from prismongo.schema.datamodel import Field, Model

ArgumentPath = tuple[str | int, ...]

_WRITTEN: Final = ("data", "create", "update")


def dotted(path: ArgumentPath) -> str:
    """The path as it is shown: `data.posts.create.0.title`."""
    return ".".join(shown(part) for part in path)


def unknown(path: ArgumentPath, known: Iterable[str], where: str) -> DataError:
    """A name that does not exist here (P2009); `where` says what it was looked for in."""
    names = ", ".join(known)
    return data_error(
        "P2009",
        f"Unknown argument `{shown(path[-1])}` at `{dotted(path[:-1])}.{shown(path[-1])}`: "
        f"{where} has no such name. It takes: {names}.",
        {"kind": "UnknownInputField", "argumentPath": _parts(path)},
    )


def unknown_selection(path: ArgumentPath, model: str, known: Iterable[str] = ()) -> DataError:
    """A selected field that does not exist (P2009); `known` are those that do."""
    names = ", ".join(known)
    return data_error(
        "P2009",
        f"Field '{shown(path[-1])}' not found in enclosing type '{model}', at "
        f"`{dotted(path)}`." + (f" It has: {names}." if names else ""),
        {"kind": "UnknownSelectionField", "selectionPath": _parts(path)},
    )


def invalid(path: ArgumentPath, reason: str) -> DataError:
    """A value of the wrong type or form (P2009)."""
    return data_error(
        "P2009",
        f"Invalid value at `{dotted(path)}`: {reason}.",
        _at(path),
    )


def given_twice(path: ArgumentPath) -> DataError:
    """An operator or argument is given by two of its names (P2009)."""
    return invalid(path, "it is given twice, by two of its names")


def not_serializable(path: ArgumentPath, error: TypeError) -> DataError:
    """An object for which no serializer is registered (P2009); the text is that of `error`."""
    message = f"Invalid value at `{dotted(path)}`: {error}."
    return data_error("P2009", message, _at(path), kind=ArgumentTypeError)


def is_record(path: ArgumentPath, kind: str) -> DataError:
    """An instance of a pydantic class, where a mapping is wanted (P2009)."""
    message = (
        f"Invalid value at `{dotted(path)}`: expected a mapping, got an instance of {kind}. Give "
        "its `model_dump()`."
    )
    return data_error("P2009", message, _at(path), kind=ArgumentTypeError)


def too_deep() -> DataError:
    """The arguments are nested too deeply for Python (P2009)."""
    return data_error(
        "P2009",
        "The arguments are nested too deeply. MongoDB's own documents have 100 levels.",
        {"kind": "QueryParsing"},
    )


def too_many(path: ArgumentPath, limit: str, given: int) -> DataError:
    """An object has too many keys (P2009); `limit` is the text of Prisma for the limit."""
    return invalid(path, f"Expected {limit} to be present, got {given}")


def empty_selection(path: ArgumentPath) -> DataError:
    """The selection of a relation is empty (P2009)."""
    return data_error(
        "P2009",
        f"Expected a minimum of 1 field to be present, got 0, at `{dotted(path)}`.",
        {"kind": "EmptySelection", "selectionPath": _parts(path)},
    )


def empty_select(path: ArgumentPath, owner: str) -> DataError:
    """A `select` in which nothing is selected (P2009)."""
    return data_error(
        "P2009",
        f"The `select` of {shown(owner)} at `{dotted(path)}` must not be empty: name a field.",
        {"kind": "EmptySelection", "selectionPath": _parts(path)},
    )


def selection_of_scalar(path: ArgumentPath) -> DataError:
    """A selection inside a scalar value (P2009)."""
    return data_error(
        "P2009",
        f"Cannot select over scalar field '{shown(path[-1])}', at `{dotted(path[:-1])}`.",
        {"kind": "SelectionSetOnScalar", "selectionPath": _parts(path)},
    )


def not_combined(rule: str) -> DataError:
    """Arguments that cannot be combined, or a list that is empty (P2019)."""
    return data_error("P2019", f"Input error. {rule}", {"details": rule})


def not_grouped(rule: str, names: Iterable[str]) -> DataError:
    """Fields that a groupBy uses but does not group by (P2019)."""
    fields = ", ".join(shown(name) for name in names)
    return data_error("P2019", f"Input error. {rule} Missing fields: {fields}", {"details": rule})


def bad_reference(rule: str) -> DataError:
    """A reference to a field that does not exist, or that cannot be compared (P2019)."""
    return data_error("P2019", f"Input error. {rule}", {"details": rule})


def too_large(path: ArgumentPath) -> DataError:
    """A whole number beyond 64 bits (P2033)."""
    details = (
        f"A number used in the query, at `{dotted(path)}`, does not fit into a 64 bit signed "
        "integer. Consider using `BigInt` as field type if you're trying to store large integers."
    )
    meta = {"details": details, "argumentPath": [str(part) for part in path]}
    return data_error("P2033", details, meta)


def malformed(path: ArgumentPath, reason: str) -> DataError:
    """A text of the right type that cannot be read (P2023)."""
    return data_error(
        "P2023",
        f"Inconsistent column data: {reason}, at `{dotted(path)}`.",
        {"message": reason, "argumentPath": _parts(path)},
    )


def missing(path: ArgumentPath, *, alone: bool = False) -> DataError:
    """A required value is missing; `alone` says that the value can have only one type.

    The code of Prisma is P2012 for a value with one type outside of `data`, and P2009 otherwise. A
    top-level argument has one type. prisma-client-py has the same class for both codes.
    """
    alone = len(path) == 1 or (alone and path[0] not in _WRITTEN)
    return data_error(
        "P2012" if alone else "P2009",
        f"Missing a required value at `{dotted(path)}`: A value is required but not set.",
        {"path": dotted(path), "argumentPath": _parts(path)},
        kind=MissingRequiredValueError,
    )


def no_shard_key(model: Model, fields: Sequence[Field], path: ArgumentPath) -> DataError:
    """An upsert whose filter does not name the shard key (P2012); `fields` are those it lacks."""
    first = (*path, fields[0].name)
    names = ", ".join(f"`{field.name}`" for field in fields)
    return data_error(
        "P2012",
        f"Missing a required value at `{dotted(first)}`: an upsert of {model.name} needs its whole "
        "shard key, or MongoDB cannot tell on which shard to create it. Add to the where, beside "
        f"the unique field, an equality for: {names}.",
        {"path": dotted(first), "argumentPath": _parts(first)},
        kind=MissingRequiredValueError,
    )


def unsupported(feature: str, remedy: str) -> DataError:
    """A feature of Prisma that MongoDB or this engine does not support (P2026)."""
    return data_error("P2026", f"{feature} is not supported: {remedy}.", {"feature": feature})


def no_isolation_levels() -> DataError:
    """A transaction with an isolation level (P2026)."""
    return data_error(
        "P2026",
        "Unsupported connector feature: Mongo does not support setting transaction isolation "
        "levels. Leave it out.",
        {"feature": "isolation level"},
    )


def _at(path: ArgumentPath) -> dict[str, object]:
    return {"kind": "InvalidArgumentType", "argumentPath": _parts(path)}


def _parts(path: ArgumentPath) -> list[str]:
    return [shown(part) for part in path]


def shown(name: object) -> str:
    """A name from the input, cut and escaped so that it can be part of a message."""
    text = str(name)
    if len(text) > 64:
        text = f"{text[:61]}…"
    return text if text.isprintable() else text.encode("unicode_escape").decode()
