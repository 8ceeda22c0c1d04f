"""Checks that the text of a constant default is a value of its scalar; messages are Prisma's.

Details in parentheses are those of the Rust libraries that Prisma uses. Only for JSON they are
those of Python, with the same place.
"""

from __future__ import annotations

import binascii
import json
import math
import re
from base64 import b64decode, b64encode
from typing import Final

from prismongo.schema.moments import moment_problem

_INT64: Final = 2**63
_DEEPEST: Final = 128  # arrays and objects in each other, for the JSON library that Prisma asks


def number_problem(scalar: str, raw: str) -> str | None:
    """What is wrong with a number as a value of the scalar; None where nothing is."""
    if scalar not in {"Int", "BigInt"}:
        return None
    if "." in raw:
        details = "invalid digit found in string"
    elif int(raw) >= _INT64:
        details = "number too large to fit in target type"
    elif int(raw) < -_INT64:
        details = "number too small to fit in target type"
    else:
        return None
    return f'Parse error: "{raw}" is not a valid integer. ({details})'


def text_problem(scalar: str, text: str) -> str | None:
    """What is wrong with a text as a value of the scalar; None where nothing is."""
    match scalar:
        case "Json":
            return _json_problem(text)
        case "Bytes":
            return _base64_problem(text)
        case "DateTime":
            details = moment_problem(text)
            shown = f'Parse error: "{text}" is not a valid rfc3339 datetime string. ({details})'
            return shown if details else None
        case _:
            return None


def _json_problem(text: str) -> str | None:
    try:
        if _depth(text) >= _DEEPEST:
            raise json.JSONDecodeError("recursion limit exceeded", text, 0)
        value = json.loads(
            text, parse_constant=_refuse_constant, parse_float=_float, parse_int=_float
        )
        json.dumps(value, ensure_ascii=False).encode()
    except json.JSONDecodeError as error:
        details = f"{error.msg} at line {error.lineno} column {error.colno}"
    except UnicodeEncodeError:
        details = "half of a surrogate pair"
    else:
        return None
    return f'Parse error: "{text}" is not a valid JSON string. ({details})'


def _depth(text: str) -> int:
    """How deep arrays and objects are nested."""
    depth = deepest = 0
    for sign in re.sub(r'"(?:\\.|[^"\\])*"|[^\[\]{}"]+', "", text):
        depth += sign in "[{"
        depth -= sign in "]}"
        deepest = max(deepest, depth)
    return deepest


def _float(raw: str) -> float:
    if math.isinf(number := float(raw)):
        raise json.JSONDecodeError("number out of range", raw, 0)
    return number


def _refuse_constant(name: str) -> object:
    raise json.JSONDecodeError(f"{name} is not JSON", name, 0)


def _base64_problem(text: str) -> str | None:
    try:
        if b64encode(b64decode(text, validate=True)).decode() != text:
            raise binascii.Error
    except (binascii.Error, ValueError):
        details = "Could not convert from `base64 encoded bytes` to `PrismaValue::Bytes`"
        return f'Parse error: "{text}" is not a valid base64 string. ({details})'
    return None
