"""Validation of values: the input of one field → the stored value, or an error with its path."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any, Final, assert_never

from prisma.errors import DataError
from pydantic import BaseModel

from prismongo.query.errors.input import (
    ArgumentPath,
    invalid,
    is_record,
    malformed,
    missing,
    not_serializable,
    too_large,
    too_many,
    unknown,
)
from prismongo.query.nodes.requests import Name, Words
from prismongo.query.validate.words import canonical, spelled
from prismongo.query.values.fields import encode_constant, field_encoder
from prismongo.query.values.generated import generate
from prismongo.query.values.int import in_64_bits
from prismongo.query.values.scalar_type import MalformedError, TooLargeError, kind_of
from prismongo.query.values.scalars import ROWS, is_any
from prismongo.query.values.serializer import serialized
from prismongo.query.values.string import encode_string
from prismongo.schema.datamodel import Datamodel, Field, Function, Literals

_KNOWN: Final = (
    *dict.fromkeys(kind for scalar in ROWS for kind in scalar.takes),
    *(Mapping, list, tuple, set, frozenset),
)
"""The types of values. All others go to the `serializer` of prisma-client-py."""

LONGEST_SEARCH: Final = 32_000
"""Bytes. A compiled pattern of MongoDB has at most 64 KB, two bytes for each byte of text."""

_NUL: Final = "the text holds a NUL character, which no search can find"


def as_object(value: object, path: ArgumentPath) -> Mapping[str, Any]:
    """The value as an object, or an error."""
    if type(value) is dict:  # nearly always, and quicker asked
        return value
    if value is None:
        raise missing(path)
    if not isinstance(value, Mapping):
        raise _unexpected(value, "an object", path)
    return value


def as_list(value: object, path: ArgumentPath) -> Iterable[Any]:
    """The value as a list, or an error."""
    if value is None:
        raise missing(path)
    if not isinstance(value, list | tuple | set | frozenset):
        raise _unexpected(value, "a list", path)
    return value


def as_objects(value: object, path: ArgumentPath) -> list[tuple[ArgumentPath, Mapping[str, Any]]]:
    """One object or a list of them, each with its path."""
    if isinstance(value, Mapping):
        return [(path, value)]
    return [
        ((*path, index), as_object(item, (*path, index)))
        for index, item in enumerate(as_list(value, path))
    ]


def as_boolean(value: object, path: ArgumentPath) -> bool:
    """The value as a Boolean, or an error."""
    if value is None:
        raise missing(path)
    if not isinstance(value, bool):
        raise _unexpected(value, "Boolean", path)
    return value


def as_integer(value: object, path: ArgumentPath) -> int:
    """The value as a whole number of 64 bits, or an error."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise _unexpected(value, "Int", path)
    try:
        return in_64_bits(value)
    except TooLargeError:
        raise too_large(path) from None


def single_key(
    value: Mapping[str, Any], path: ArgumentPath, known: Iterable[str], words: Words = "prisma"
) -> str:
    """The only key of an object that must have exactly one of `known`, by Prisma's name."""
    for key in value:
        if canonical(key) not in known:
            raise unknown((*path, key), spelled(known, words), "this object")
    if len(value) != 1:
        raise too_many(path, "exactly one field", len(value))
    return canonical(next(iter(value)))


class Values:
    """Encoders for every field of a datamodel.

    Args:
        datamodel: has the fields.
        words: whose names of operators and arguments the messages have.
    """

    def __init__(self, datamodel: Datamodel, words: Words = "prisma") -> None:
        self._datamodel = datamodel
        self.words: Words = words
        self._encoders: dict[int, tuple[Field, Callable[[Any], object]]] = {}
        self._fixed: Callable[[Field], object] = lru_cache(maxsize=None)(self._encoded_default)

    def one(self, field: Field, value: object, path: ArgumentPath) -> object:
        """One value of a scalar or enum field, or one element of a list; null is rejected."""
        if value is None:
            raise missing(path)
        if isinstance(value, Name) and field.kind != "enum":
            raise invalid(path, f"expected {field.type}, got a bare word; texts need quotes")
        try:
            return self.encoder(field)(value)
        except MalformedError as error:
            raise malformed(path, str(error)) from None
        except TooLargeError:
            raise too_large(path) from None
        except ValueError as error:
            if not isinstance(value, _KNOWN):
                return self.one(field, _serialized(value, path), path)
            raise invalid(path, str(error)) from None
        except TypeError as error:  # inside of Json
            raise not_serializable(path, error) from error

    def many(self, field: Field, value: object, path: ArgumentPath) -> tuple[object, ...]:
        """A list of values of a scalar or enum field."""
        return tuple(
            self.one(field, item, (*path, index)) for index, item in enumerate(as_list(value, path))
        )

    def searchable(self, stored: object, path: ArgumentPath) -> object:
        """A stored value that is a part of a pattern, or an error."""
        try:
            return searchable(stored)
        except ValueError as error:
            raise invalid(path, str(error)) from None

    def searched(self, value: object, path: ArgumentPath) -> str:
        """The text of a full-text search, or an error."""
        try:
            return searched(value)
        except ValueError as error:
            raise invalid(path, str(error)) from None

    def composite(
        self, field: Field, value: object, path: ArgumentPath, *, defaults: bool
    ) -> dict[str, object]:
        """A composite as it is stored: first the given fields in their order, then the defaults.

        For MongoDB composites with another order of fields are not equal, and so it is in Prisma.
        """
        given = as_object(value, path)
        kind = self._datamodel.type[field.type]
        for key in given:
            if key not in kind.members:
                raise unknown((*path, key), kind.members, kind.name)
        document = {
            kind.members[key].db_name: self.whole(
                kind.members[key], item, (*path, key), defaults=defaults
            )
            for key, item in given.items()
        }
        for member in kind.fields:
            if member.name in given:
                continue
            if member.default is not None and defaults:
                document[member.db_name] = self.default(member)
            elif member.is_required and not member.is_list:
                raise missing((*path, member.name))
        return document

    def whole(
        self, field: Field, value: object, path: ArgumentPath, *, defaults: bool = True
    ) -> object:
        """The value of any stored field in a create, including null and lists."""
        if field.kind != "composite" and not field.is_list:
            return self._whole_scalar(field, value, path)
        if isinstance(value, Mapping) and "set" in value and self._takes_set(field):
            single_key(value, path, ("set",))
            return self.whole(field, value["set"], (*path, "set"), defaults=defaults)
        if value is None:
            if field.is_required or field.is_list:
                raise missing(path)
            return None
        if value == {} and field.kind != "composite":
            raise missing((*path, "set"))
        if field.kind == "composite":
            return self._whole_composite(field, value, path, defaults=defaults)
        return list(self.many(field, value, path))

    def _whole_scalar(self, field: Field, value: object, path: ArgumentPath) -> object:
        if value is None and not field.is_required:
            return None
        stored = self.one(field, value, path)
        if stored is None and field.is_required:  # as it would be read
            raise invalid(path, "null is no value of a required Json: an optional one takes it")
        return stored

    def _whole_composite(
        self, field: Field, value: object, path: ArgumentPath, *, defaults: bool
    ) -> object:
        if not field.is_list:
            return self.composite(field, value, path, defaults=defaults)
        return [
            self.composite(field, item, item_path, defaults=defaults)
            for item_path, item in as_objects(value, path)
        ]

    def _takes_set(self, field: Field) -> bool:
        if field.kind == "composite":
            return "set" not in self._datamodel.type[field.type].members
        return field.is_list

    def default(self, field: Field) -> object:
        """A new value of the default, as it is stored."""
        match field.default:
            case Function(name, arguments):
                return generate(field, name, arguments)
            case Literals(value) if field.is_list or is_any(field):
                return self.constant(field, value)  # a new value: callers may change it
            case Literals():
                return self._fixed(field)
            case None:
                raise LookupError(f"{field.name} has no default")
            case _:
                assert_never(field.default)

    def constant(self, field: Field, value: object) -> object:
        """A constant default as it is stored."""
        return encode_constant(self.encoder(field), field, value)

    def _encoded_default(self, field: Field) -> object:
        if not isinstance(field.default, Literals):
            raise LookupError(f"{field.name} has no constant default")
        return self.constant(field, field.default.value)

    def encoder(self, field: Field) -> Callable[[Any], object]:
        """What stores a value of a field; it raises a ValueError or a TypeError.

        Looked up by the identity of the field, which is fast: every written value needs it.
        """
        known = self._encoders.get(id(field))
        if known is None:
            known = self._encoders[id(field)] = field, field_encoder(self._datamodel, field)
        return known[1]


def searched(value: object) -> str:
    """The text of a full-text search.

    Raises:
        ValueError: it is no text, or MongoDB cannot search for it.
    """
    text = encode_string(value)
    if "\0" in text:
        raise ValueError(_NUL)
    return text


def searchable(value: object) -> object:
    """The value, if it is no text, or one that MongoDB can search for by a pattern.

    Raises:
        ValueError: no pattern finds it.
    """
    if isinstance(value, str) and "\0" in value:
        raise ValueError(_NUL)
    if isinstance(value, str) and len(value.encode()) > LONGEST_SEARCH:
        raise ValueError(f"the text is longer than a search takes: {LONGEST_SEARCH} bytes")
    return value


def _unexpected(value: object, wanted: str, path: ArgumentPath) -> DataError:
    """The error of a value of the wrong type; a TypeError if it cannot be serialized."""
    if value is not None and not isinstance(value, (*_KNOWN, Name)):
        value = _serialized(value, path)
    return invalid(path, f"expected {wanted}, got {kind_of(value)}")


def _serialized(value: object, path: ArgumentPath) -> object:
    try:
        return serialized(value)
    except TypeError as error:
        if isinstance(value, BaseModel):
            raise is_record(path, type(value).__name__) from None
        raise not_serializable(path, error) from error


__all__ = [
    "Values",
    "as_boolean",
    "as_integer",
    "as_list",
    "as_object",
    "as_objects",
    "searchable",
    "single_key",
]
