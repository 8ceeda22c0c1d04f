"""The text door, syntax: GraphQL text → `RootField`s, one for each thing asked for.

Source: GraphQL specification, "Document", without what Prisma's engine refuses too: variables,
fragments, directives and subscriptions. Keys of objects may be quoted, as JSON writes them.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Literal

from prisma.errors import DataError

from prismongo.engine.graphql.tokens import (
    END,
    kind_of_token,
    malformed_document,
    number_value,
    string_value,
    tokens,
)
from prismongo.query.errors.input import unsupported
from prismongo.query.nodes.requests import FieldReference, Name, Selection

MAX_DEPTH: Final = 128
"""How deep braces, brackets and selections may nest; MongoDB's own documents have 100 levels."""

Kind = Literal["query", "mutation"]

_CONSTANTS: Final[dict[str, object]] = {
    "true": True,
    "false": False,
    "null": None,
    "-Infinity": Name("-Infinity"),
}
_IS_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*").fullmatch
_UNSUPPORTED: Final = {
    "...": ("A fragment", "write its fields out"),
    "@": ("A directive", "leave it out"),
    "fragment": ("A fragment", "write its fields out"),
    "subscription": ("A subscription", "watch() follows changes"),
}


@dataclass(frozen=True, slots=True)
class RootField:
    """One field at the top of a query or mutation; the answer stands under `key`."""

    kind: Kind
    key: str
    selection: Selection


def parse_document(text: str) -> tuple[RootField, ...]:
    """The root fields of all operations in a document, in their order.

    Raises:
        prisma.errors.FieldNotFoundError: P2009, the text is malformed; it says where.
        UnsupportedOperationError: P2026, a part of GraphQL that is not offered.
        prisma.errors.DataError: P2033, a whole number beyond 64 bits.
    """
    return _Parser(text).document()


class _Parser:
    """A recursive descent over the tokens, one ahead; a method begins at its first token."""

    __slots__ = ("_ahead", "_depth", "_list", "_rest", "_take", "_text")

    def __init__(self, text: str) -> None:
        self._text = text
        self._list = tokens(text)
        self._rest = iter(self._list)
        self._take: Callable[[], str] = self._rest.__next__
        self._ahead = self._take()
        self._depth = 0

    def document(self) -> tuple[RootField, ...]:
        fields: list[RootField] = []
        while self._ahead != END:
            kind = self._operation()
            self._expect("{")
            fields += [
                RootField(kind, alias or selection.name, selection)
                for alias, selection in self._fields()
            ]
        if not fields:
            raise self._malformed("it holds no operation")
        return tuple(fields)

    def _operation(self) -> Kind:
        """`query`, `mutation`, either with a name, or nothing: then it is a query."""
        if self._ahead == "{":
            return "query"
        word = self._ahead
        if word not in ("query", "mutation"):
            raise self._unexpected("an operation")
        self._ahead = self._take()
        if _IS_NAME(self._ahead):
            self._ahead = self._take()
        if self._ahead == "(":
            raise unsupported("Variables of a document", "write the values into it")
        return "mutation" if word == "mutation" else "query"

    # --- selections ---

    def _fields(self) -> list[tuple[str | None, Selection]]:
        """Fields with their aliases; begins behind `{`."""
        self._deeper()
        fields = []
        while self._ahead != "}":
            fields.append(self._field())
        if not fields:
            raise self._malformed("a selection needs a field at least")
        self._shallower()
        return fields

    def _field(self) -> tuple[str | None, Selection]:
        alias, name = None, self._name("a field")
        if self._ahead == ":":
            self._ahead = self._take()
            alias, name = name, self._name("a field")
        arguments: dict[str, Any] = {}
        selections: tuple[Selection, ...] = ()
        if self._ahead == "(":
            self._ahead = self._take()
            arguments = self._pairs(")")
        if self._ahead == "{":
            self._ahead = self._take()
            selections = self._selections()
        return alias, Selection(name, arguments, selections)

    def _selections(self) -> tuple[Selection, ...]:
        """A nested selection: each field once, under its own name."""
        selections: dict[str, Selection] = {}
        for alias, selection in self._fields():
            if alias not in (None, selection.name):
                raise unsupported("An alias inside a selection", "only the top may have one")
            if selection.name in selections:
                selection = self._merged(selections[selection.name], selection)
            selections[selection.name] = selection
        return tuple(selections.values())

    def _merged(self, first: Selection, second: Selection) -> Selection:
        if first.arguments != second.arguments:
            raise self._malformed("a field is selected twice with different arguments", back=1)
        inner = {item.name: item for item in (*first.selections, *second.selections)}
        return Selection(first.name, first.arguments, tuple(inner.values()))

    # --- values ---

    def _pairs(self, end: str) -> dict[str, Any]:
        """`name: value` until `end`, the last of equal names; begins behind the opening."""
        self._deeper()
        pairs: dict[str, Any] = {}
        while self._ahead != end:
            key = self._key()
            self._expect(":")
            pairs[key] = self._value()
        self._shallower()
        return pairs

    def _key(self) -> str:
        token = self._ahead
        if token[:1] == '"':
            return self._string()
        if token[:1] != "$":  # `$ne` is a name here, for validation to refuse with its path
            return self._name("a name")
        self._ahead = self._take()
        return token

    def _value(self) -> Any:
        token = self._ahead
        first = token[:1]
        if first == '"':
            return self._string()
        if first == "{":
            self._ahead = self._take()
            return _object(self._pairs("}"))
        if first == "[":
            self._ahead = self._take()
            return self._list_of_values()
        if token in _CONSTANTS:
            self._ahead = self._take()
            return _CONSTANTS[token]
        if first.isdecimal() or first == "-":
            return self._number()
        if first == "$":
            raise unsupported("A variable", "write the value into the document")
        return Name(self._name("a value"))

    def _list_of_values(self) -> list[Any]:
        self._deeper()
        values = []
        while self._ahead != "]":
            values.append(self._value())
        self._shallower()
        return values

    def _string(self) -> str:
        try:
            value = string_value(self._ahead)
        except ValueError:
            raise self._malformed("a string has no end, or an escape that there is not") from None
        self._ahead = self._take()
        return value

    def _number(self) -> int | float:
        try:
            value = number_value(self._ahead)
        except ValueError:
            raise self._malformed("a number is malformed") from None
        self._ahead = self._take()
        return value

    # --- tokens ---

    def _name(self, wanted: str) -> str:
        token = self._ahead
        if not _IS_NAME(token):
            raise self._unexpected(wanted)
        self._ahead = self._take()
        return token

    def _expect(self, token: str) -> None:
        if self._ahead != token:
            raise self._unexpected(f"`{token}`")
        self._ahead = self._take()

    def _deeper(self) -> None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise self._malformed(f"it is nested more than {MAX_DEPTH} deep")

    def _shallower(self) -> None:
        self._depth -= 1
        self._ahead = self._take()  # the closing token

    # --- errors ---

    def _unexpected(self, wanted: str) -> DataError:
        if self._ahead in _UNSUPPORTED:
            return unsupported(*_UNSUPPORTED[self._ahead])
        return self._malformed(f"expected {wanted}, got {kind_of_token(self._ahead)}")

    def _malformed(self, reason: str, *, back: int = 0) -> DataError:
        """The error about the token ahead, or about one so far back."""
        remaining = sum(1 for _ in self._rest)
        return malformed_document(self._text, len(self._list) - remaining - 1 - back, reason)


def _object(pairs: dict[str, Any]) -> Any:
    """An object; `{_ref: "name", _container: "Model"}` refers to a field; so does `_ref` alone."""
    match pairs:
        case {"_ref": str(field), "_container": str(model), **rest} if not rest:
            return FieldReference(field, model)
        case {"_ref": str(field), **rest} if not rest:
            return FieldReference(field)
        case _:
            return pairs
