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
from decimal import (
    ROUND_HALF_EVEN,
    Context,
    Decimal,
    Inexact,
    InvalidOperation,
    Overflow,
)
from typing import Final

from prismongo.schema.moments import moment_problem

_INT64: Final = 2**63
_DECIMAL: Final = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
_34_DIGITS: Final = Context(
    prec=34,
    rounding=ROUND_HALF_EVEN,
    Emin=-6143,
    Emax=6144,
    clamp=1,
    traps=[InvalidOperation, Overflow, Inexact],
)
_DEEPEST: Final = 128  # arrays and objects in each other, for the JSON library that Prisma asks


def whole_problem(text: str) -> str | None:
    """What is wrong with a number as an Int or BigInt; None where nothing is."""
    if "." in text:
        details = "invalid digit found in string"
    elif int(text) >= _INT64:
        details = "number too large to fit in target type"
    elif int(text) < -_INT64:
        details = "number too small to fit in target type"
    else:
        return None
    return f'Parse error: "{text}" is not a valid integer. ({details})'


def decimal_problem(text: str) -> str | None:
    """What is wrong with a number or a text as a Decimal; None where nothing is."""
    try:
        of_34_digits(decimal_of_text(text))
    except ValueError as error:
        details = str(error) if text else "Failed to parse empty string"
        return f'Parse error: "{text}" is not a valid decimal. ({details})'
    return None


def decimal_of_text(text: str) -> Decimal:
    """The number that a text says, digit by digit; ValueError where it says none."""
    try:
        if _DECIMAL.fullmatch(text) is not None:
            return Decimal(text)
    except ArithmeticError:
        pass  # an exponent that no number has
    raise ValueError("invalid digit found in string")


def of_34_digits(number: Decimal) -> Decimal:
    """The number as IEEE 754 has it in 128 bits; ValueError where it would be another number."""
    try:
        return _34_DIGITS.create_decimal(number)
    except ArithmeticError:
        raise ValueError("the number does not fit into 34 digits") from None


def boolean_problem(text: str) -> str | None:
    """What is wrong with a word as a Boolean; None where nothing is."""
    return None if text in {"true", "false"} else "A boolean literal must be `true` or `false`."


def json_problem(text: str) -> str | None:
    """What is wrong with a text as JSON; None where nothing is."""
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


def base64_problem(text: str) -> str | None:
    """What is wrong with a text as base64; None where nothing is."""
    try:
        if b64encode(b64decode(text, validate=True)).decode() != text:
            raise binascii.Error
    except (binascii.Error, ValueError):
        details = "Could not convert from `base64 encoded bytes` to `PrismaValue::Bytes`"
        return f'Parse error: "{text}" is not a valid base64 string. ({details})'
    return None


def date_time_problem(text: str) -> str | None:
    """What is wrong with a text as a DateTime; None where nothing is."""
    details = moment_problem(text)
    shown = f'Parse error: "{text}" is not a valid rfc3339 datetime string. ({details})'
    return shown if details else None
