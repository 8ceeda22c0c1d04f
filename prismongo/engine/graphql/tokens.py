"""The text door, tokens: GraphQL text → its tokens, in one pass of one compiled expression.

Source: GraphQL specification, "Lexical tokens". Beyond it, as upstream's query builder needs: a
variable's sign belongs to its name, and `-Infinity` is a name, as `NaN` and `Infinity` are.
"""

from __future__ import annotations

import json
import re
from typing import Final

from prisma.errors import DataError

from prismongo.errors import data_error
from prismongo.query.errors.input import shown
from prismongo.query.values.int import INT64

END: Final = ""
"""The token behind the last one."""

_IGNORED: Final = r"[ \t\r\n,\ufeff]*+(?:\#[^\r\n]*+[ \t\r\n,\ufeff]*+)*+"
_BLOCK: Final = r'"""(?:[^"\\]++|\\"""|\\|"(?!""))*+"""'
_STRING: Final = r'"[^"\\\r\n]*+(?:\\[^\r\n][^"\\\r\n]*+)*+"'
_NAME: Final = r"\$?[A-Za-z_][A-Za-z0-9_]*+|-Infinity\b"
_NUMBER: Final = r"-?[0-9][0-9A-Za-z_.+]*+(?:(?<=[eE])-[0-9A-Za-z_.+]*+)?"
_OPEN: Final = r'"""(?s:.*+)|"[^\r\n]*+'  # a string without an end: an error later, found once
_REST: Final = r"\.\.\.|[^ \t\r\n,\ufeff#]|\Z"  # any other character: as well

_TOO_LARGE: Final = (
    "A number used in the query does not fit into a 64 bit signed integer. Consider using "
    "`BigInt` as field type if you're trying to store large integers."
)

TOKEN: Final = re.compile(
    # Possessive throughout: the time is linear in the text.
    f'{_IGNORED}({_BLOCK}|(?!"""){_STRING}|{_NAME}|{_NUMBER}|{_OPEN}|{_REST})'
)
_IS_INTEGER: Final = re.compile(r"-?(?:0|[1-9][0-9]*)").fullmatch
_IS_FLOAT: Final = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?").fullmatch
_LONGEST_INTEGER: Final = 20
_LINE: Final = re.compile(r"\r\n|[\r\n]")


def tokens(text: str) -> list[str]:
    """The tokens as they are written, `END` last; no text is refused here."""
    return TOKEN.findall(text)


def malformed_document(text: str, index: int, reason: str) -> DataError:
    """The error (P2009) about the token at `index`; counts the line and column from 1."""
    line, column = _position(text, index)
    return data_error(
        "P2009",
        f"Failed to parse the query document at {line}:{column}: {reason}.",
        {"kind": "QueryParsing", "line": line, "column": column},
    )


def _position(text: str, index: int) -> tuple[int, int]:
    for number, match in enumerate(TOKEN.finditer(text)):
        if number == index:
            lines = _LINE.split(text[: match.start(1)])
            return len(lines), len(lines[-1]) + 1
    return 1, 1


def string_value(token: str) -> str:
    """What a string token says.

    Raises:
        ValueError: it has no end, or an escape that there is not.
    """
    if token.startswith('"""'):
        if len(token) < 6 or not token.endswith('"""') or token.endswith('\\"""'):
            raise ValueError("no end")
        return _block_value(token[3:-3].replace('\\"""', '"""'))
    if "\\" not in token:
        if len(token) < 2 or token[-1] != '"':
            raise ValueError("no end")
        return token[1:-1]
    found: str = json.loads(token, strict=False)  # the escapes of GraphQL are those of JSON
    return found


def _block_value(text: str) -> str:
    """The specification's BlockStringValue: no common indentation, no blank lines at the ends."""
    lines = _LINE.split(text)
    indents = [len(line) - len(line.lstrip(" \t")) for line in lines[1:] if line.strip(" \t")]
    common = min(indents, default=0)
    lines = [lines[0], *(line[common:] for line in lines[1:])]
    filled = [number for number, line in enumerate(lines) if line.strip(" \t")]
    return "\n".join(lines[filled[0] : filled[-1] + 1]) if filled else ""


def number_value(token: str) -> int | float:
    """What a number token says.

    Raises:
        ValueError: it is malformed.
        prisma.errors.DataError: P2033, a whole number beyond 64 bits.
    """
    if _IS_INTEGER(token):
        if len(token) > _LONGEST_INTEGER or not INT64[0] <= int(token) <= INT64[1]:
            raise data_error("P2033", _TOO_LARGE, {"details": _TOO_LARGE})
        return int(token)
    if _IS_FLOAT(token):
        return float(token)
    raise ValueError("malformed")


def kind_of_token(token: str) -> str:
    """What a token is, in an error's words; a value is never repeated."""
    if token == END:
        return "the end of the document"
    if token[0] == '"':
        return "a string"
    if token[0] == "$":
        return "a variable"
    if token[0].isalpha() or token[0] == "_":
        return "a name"
    if token[0].isdigit() or token[0] == "-":
        return "a number"
    return f"`{shown(token)}`"
