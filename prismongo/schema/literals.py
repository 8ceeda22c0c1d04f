"""Whether the text of a constant default is a value of its scalar, in the words of Prisma.

Details in parentheses are those of the Rust libraries that Prisma asks, but for JSON: there Python
says what is wrong, at the same place.
"""

from __future__ import annotations

import binascii
import json
import re
from base64 import b64decode
from datetime import datetime
from typing import Final

_INT64: Final = 2**63
_RFC3339: Final = re.compile(
    r"(\d{4}-\d{2}-\d{2})[Tt](\d{2}:\d{2}:\d{2})(\.\d+)?([Zz]|[+-]\d{2}:\d{2})"
)
# What a moment looks like, digit by digit; `0` stands for any of them.
_SHAPE: Final = "0000-00-00T00:00:00"


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
            details = _moment_problem(text)
            shown = f'Parse error: "{text}" is not a valid rfc3339 datetime string. ({details})'
            return shown if details else None
        case _:
            return None


def _json_problem(text: str) -> str | None:
    try:
        json.loads(text, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        details = f"{error.msg} at line {error.lineno} column {error.colno}"
        return f'Parse error: "{text}" is not a valid JSON string. ({details})'
    return None


def _refuse_constant(name: str) -> object:
    raise json.JSONDecodeError(f"{name} is not JSON", name, 0)


def _base64_problem(text: str) -> str | None:
    try:
        if text not in {text.rstrip("="), normal_base64(text)}:
            raise binascii.Error
        b64decode(normal_base64(text), validate=True)
    except (binascii.Error, ValueError):
        details = "Could not convert from `base64 encoded bytes` to `PrismaValue::Bytes`"
        return f'Parse error: "{text}" is not a valid base64 string. ({details})'
    return None


def _moment_problem(text: str) -> str | None:
    found = _RFC3339.match(text)
    if found is None:
        return (
            "premature end of input" if _begins_well(text) else "input contains invalid characters"
        )
    try:
        datetime.fromisoformat(f"{found[1]}T{found[2].replace(':60', ':59')}")  # a leap second
    except ValueError:
        return "input is out of range"
    return None if found.end() == len(text) else "trailing input"


def _begins_well(text: str) -> bool:
    return all(
        character.isdigit() if expected == "0" else character.upper() == expected
        for character, expected in zip(text, _SHAPE, strict=False)
    )


def normal_moment(text: str) -> str:
    """A valid moment as the DMMF shows it: an offset, a fraction of 0, 3, 6 or 9 digits."""
    found = _RFC3339.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} is not a moment")
    day, time, fraction, offset = found.groups()
    digits = (fraction or ".")[1:10].rstrip("0")
    digits = digits.ljust(-(-len(digits) // 3) * 3, "0")
    zone = "+00:00" if offset.upper() == "Z" or offset == "-00:00" else offset
    return f"{day}T{time}{'.' if digits else ''}{digits}{zone}"


def normal_base64(text: str) -> str:
    """Base64 text with its padding."""
    bare = text.rstrip("=")
    return bare + "=" * (-len(bare) % 4)
