"""Moments in a schema, `"2020-01-31T23:59:00Z"`: RFC 3339 as Prisma's library reads it.

Read from the left, each part with its own complaint, so that of several mistakes in one moment the
one that is named is the one that Prisma names (source: chrono, `format/parse.rs`).
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final

_SHORT: Final = "premature end of input"
_UNFIT: Final = "input contains invalid characters"
_RANGE: Final = "input is out of range"
_PARTS: Final = (
    *((4, 0, 9999), "-", (2, 1, 12), "-", (2, 1, 31), "tT "),
    *((2, 0, 23), ":", (2, 0, 59), ":", (2, 0, 60)),
)
_OFFSET: Final = ("+-\u2212", (2, 0, 99), ":", (2, 0, 59))
_MOMENT: Final = re.compile(
    r"(\d{4}-\d{2}-\d{2})[Tt ](\d{2}:\d{2}:\d{2})(\.\d+)?([Zz]|[+\u2212-]\d{2}:\d{2})"
)


def moment_problem(text: str) -> str | None:
    """What is wrong with a text as a moment, in Prisma's words; None where nothing is."""
    try:
        rest = _read(_PARTS, text)
        if rest[:1] == ".":
            digits = re.match("[0-9]*", rest[1:])
            if digits is None or not digits.group():
                return _UNFIT if rest[1:] else _SHORT
            rest = rest[1 + digits.end() :]
        if rest[:1] in {"z", "Z"}:
            rest = rest[1:]
        else:
            hours = rest[1:3]
            rest = _read(_OFFSET, rest)
            if int(hours) >= 24:
                return _RANGE
    except _ProblemError as problem:
        return str(problem)
    return "trailing input" if rest else _day_problem(text)


class _ProblemError(Exception):
    """What is wrong with the text."""


def _read(parts: tuple[str | tuple[int, int, int], ...], text: str) -> str:
    """Read signs and numbers; the text behind them."""
    for part in parts:
        if isinstance(part, str):
            if not text or text[0] not in part:
                raise _ProblemError(_UNFIT if text else _SHORT)
            text = text[1:]
            continue
        length, least, most = part
        if len(text.encode()) < length:
            raise _ProblemError(_SHORT)
        digits, text = text[:length], text[length:]
        if not (digits.isascii() and digits.isdigit()):
            raise _ProblemError(_UNFIT)
        if not least <= int(digits) <= most:
            raise _ProblemError(_RANGE)
    return text


def _day_problem(text: str) -> str | None:
    try:  # the year 0 is Prisma's, not Python's
        datetime.fromisoformat(text[:10])
    except ValueError:
        return _RANGE
    return None


def normal_moment(text: str) -> str:
    """A valid moment as the DMMF shows it: an offset, a fraction of 0, 3, 6 or 9 digits."""
    found = _MOMENT.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} is not a moment")
    day, time, fraction, offset = found.groups()
    digits = (fraction or ".")[1:10].rstrip("0")
    digits = digits.ljust(-(-len(digits) // 3) * 3, "0")
    zone = "+00:00" if offset in {"Z", "z", "-00:00"} else offset.replace("\u2212", "-")
    return f"{day}T{time}{'.' if digits else ''}{digits}{zone}"
