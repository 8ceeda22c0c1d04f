"""Parses one line: types, attributes, arguments, expressions.

A `Line` is a cursor over the tokens of a line. Where the grammar does not fit it raises
`UnreadableError`, and `blocks` refuses the whole line as Prisma does; where the line can be read
and is wrong all the same, it raises `PlacedError` with Prisma's sentence.
"""

from __future__ import annotations

import json
import re
from typing import Final, Literal, NamedTuple

from prismongo.schema.datamodel import Position
from prismongo.schema.errors import PlacedError
from prismongo.schema.language.lexer import END, Source, Token
from prismongo.schema.language.syntax import (
    Argument,
    Arguments,
    Arity,
    Array,
    Attribute,
    Call,
    Constant,
    Expression,
    Number,
    Text,
)

_ESCAPE: Final = re.compile(r'\\(?:u([0-9a-fA-F]{4})|(["\\/bfnrt])|(.?))')
_STARS: Final = re.compile(r"^\s*\*+(?=\s|$)")


class FieldType(NamedTuple):
    """A type as a field names it; `unsupported` is the text in `Unsupported("…")`."""

    name: str
    arity: Arity
    position: Position
    unsupported: str | None


class UnreadableError(Exception):
    """The line is not what the grammar expects there."""


class Line:
    """A cursor over the tokens of one line."""

    def __init__(self, tokens: list[Token], source: Source) -> None:
        self._tokens = [*tokens, END]
        self._source = source
        self._at = 0

    def at(self, token: Token) -> Position:
        """Where a token stands."""
        return self._source.position(token.start)

    def peek(self) -> Token:
        """The next token, or END."""
        return self._tokens[self._at]

    def take(self, *kinds: str) -> Token:
        """The next token, which must be of one of the kinds."""
        token = self._tokens[self._at]
        if token.kind not in kinds:
            raise UnreadableError
        self._at += 1
        return token

    def skip(self, kind: str) -> bool:
        """Take the next token if it is of this kind; whether it was."""
        if self._tokens[self._at].kind != kind:
            return False
        self._at += 1
        return True

    def name(self) -> Token:
        """A name: a path without dots; digits alone are one to the grammar too."""
        token = self.take("path", "number")
        if "." in token.text or token.text.startswith("-"):
            raise UnreadableError
        return token

    def comment(self) -> list[str]:
        """The end of the line: the text of its documentation comment, where it has one."""
        found = [] if self.peek() is END else documentation_of(self.take("comment").text)
        self.take("end")  # nothing stands behind a block comment
        return found

    def field_type(self) -> FieldType:
        """The type of a field."""
        if self.peek().kind == "[":
            place = self.at(self.take("["))
            self.name()
            self.take("]")
            reason = "To specify a list, please use `Type[]` instead of `[Type]`."
            raise PlacedError(reason, place)
        token = self.name()
        unsupported = None
        if token.text == "Unsupported" and self.peek().kind == "(":
            self._adjacent(token, self.take("("))
            unsupported = self._text(self.take("string")).value
            self.take(")")
        return FieldType(token.text, self._arity(token), self.at(token), unsupported)

    def _arity(self, type_token: Token) -> Arity:
        if self.skip("?"):
            return "optional"
        if self.skip("!"):
            reason = "Fields are required by default, `!` is no longer required."
            raise PlacedError(reason, self.at(type_token))
        if self.peek().kind != "[":
            return "required"
        self._adjacent(self.take("["), self.take("]"))
        if self.skip("?"):
            reason = "Optional lists are not supported. Use either `Type[]` or `Type?`."
            raise PlacedError(reason, self.at(type_token))
        return "list"

    def _adjacent(self, token: Token, following: Token) -> None:
        if following.start != token.start + len(token.text):
            raise UnreadableError

    def attributes(self) -> tuple[Attribute, ...]:
        """Every `@attribute` from here on."""
        found = []
        while self.peek().kind == "@":
            found.append(self.attribute("@"))
        return tuple(found)

    def attribute(self, sign: Literal["@", "@@"]) -> Attribute:
        """One attribute, `@name(…)` or `@@name(…)`."""
        place = self.at(self.take(sign))
        name = self.take("path", "number")
        arguments = self._arguments() if self.peek().kind == "(" else Arguments()
        return Attribute(name.text, arguments, place, self.at(name), sign)

    def _arguments(self) -> Arguments:
        self.take("(")
        items: list[Argument] = []
        empty: list[Constant] = []
        trailing = None
        if self.peek().kind == ",":  # alone, which is a trailing one as well
            trailing = self.at(self.take(","))
            self.take(")")
            return Arguments(trailing_comma=trailing)
        while not self.skip(")"):
            self._argument(items, empty)
            if self.peek().kind != ")":
                comma = self.take(",")
                trailing = self.at(comma) if self.peek().kind == ")" else None
        return Arguments(tuple(items), tuple(empty), trailing)

    def _argument(self, items: list[Argument], empty: list[Constant]) -> None:
        token = self.peek()
        value = self.expression()
        if not isinstance(value, Constant) or not self.skip(":"):
            items.append(Argument(None, value, self.at(token)))
        elif self.peek().kind in {",", ")"}:
            empty.append(value)
        else:
            items.append(Argument(value.name, self.expression(), self.at(token)))

    def expression(self) -> Expression:
        """A value: a function call, an array, a number, a string or a bare word."""
        token = self.take("path", "number", "string", "[")
        place = self.at(token)
        match token.kind:
            case "string":
                return self._text(token)
            case "number":
                return Number(token.text, place)
            case "[":
                return Array(self._items(), place)
            case _ if self.peek().kind == "(":
                return Call(token.text, self._arguments(), place)
            case _ if token.text[0].isdigit():  # `1e5`, `0x3`, `5.` are no numbers here
                raise UnreadableError
            case _:
                return Constant(token.text, place)

    def _items(self) -> tuple[Expression, ...]:
        if self.skip("]"):
            return ()
        items = [self.expression()]
        while self.skip(","):
            items.append(self.expression())
        self.take("]")
        return tuple(items)

    def _text(self, token: Token) -> Text:
        raw = token.text[1:-1]
        if "\\" in raw:
            for match in _ESCAPE.finditer(raw):
                place = self._source.position(token.start + 1 + match.start())
                self._check_escape(match, place)
            raw = json.loads(token.text)
        return Text(raw, self.at(token))

    def _check_escape(self, match: re.Match[str], place: Position) -> None:
        if match[3] == "u":
            raise PlacedError("Invalid unicode escape sequence.", place)
        if match[3] is not None:
            reason = (
                "Unknown escape sequence. If the value is a windows-style path, "
                "`\\` must be escaped as `\\\\`."
            )
            raise PlacedError(reason, place)


def documentation_of(comment: str) -> list[str]:
    """The lines of a `///` or a block comment; nothing for a plain `//` one.

    The stars that lines of a block comment start with are no part of them.
    """
    comment = comment.rstrip("\r\n")
    if comment.startswith("///"):
        return [comment[3:].lstrip()]
    if not comment.startswith("/*"):
        return []
    text = comment.rstrip().removesuffix("*/").removeprefix("/*")
    lines = [_STARS.sub("", line).strip() for line in re.split(r"\r\n|\n|\r", text)]
    return "\n".join(lines).strip("\n").split("\n") if any(lines) else []
