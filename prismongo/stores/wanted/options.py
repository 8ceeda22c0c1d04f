"""Options of indexes that Prisma's language does not have, in schema comments (`read_options`).

    /// @ttl(3600)                                   seconds after the date, then MongoDB removes it
    /// @partial({"isDeleted": false})               only documents that match; stored names
    /// @sparse                                      only documents that have a field of the index
    /// @dense                                       of a unique, also documents without a value
    /// @collation({"locale": "en", "strength": 2})  how strings compare

One a line, above a field, or above or beside `@@index` and `@@unique`. The values are MongoDB's
Extended JSON. Every other line of a comment is prose.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC
from typing import Any, Final

from bson.errors import BSONError
from bson.json_util import JSONOptions, loads

from prismongo.schema.datamodel import Position
from prismongo.schema.errors import PlacedError

LONGEST_TTL: Final = 2**31 - 1  # seconds; MongoDB's limit

_LINE: Final = re.compile(r"\s*@(ttl|partial|sparse|dense|collation)\b(.*)")
_ARGUMENT: Final = re.compile(r"\s*\((.*)\)\s*")
_JSON: Final = JSONOptions(tz_aware=True, tzinfo=UTC)
_FORMS: Final = {
    "ttl": "`@ttl(3600)`, in whole seconds from 0 to 2147483647",
    "partial": '`@partial({"isDeleted": false})`, a filter in JSON',
    "sparse": "`@sparse`, alone on its line",
    "dense": "`@dense`, alone on its line",
    "collation": '`@collation({"locale": "en", "strength": 2})`, in JSON',
}


@dataclass(frozen=True, slots=True)
class IndexOptions:
    """The options of an index from comments; unset options are None or False."""

    expire_after: int | None = None
    partial: Mapping[str, Any] | None = None
    sparse: bool = False
    dense: bool = False
    collation: Mapping[str, Any] | None = None


NO_OPTIONS: Final = IndexOptions()


def read_options(notes: str | None, position: Position) -> IndexOptions:
    """The options in the comments of a field or an index at `position`.

    Raises:
        PlacedError: an option has the wrong form, occurs twice, or excludes another one.
    """
    found: dict[str, Any] = {}
    for line in (notes or "").splitlines():
        if match := _LINE.fullmatch(line):
            name = match[1]
            if name in found:
                raise refuse_option(f"`@{name}` is given twice.", position)
            found[name] = _value(name, match[2], position)
    if "sparse" in found and "partial" in found:
        raise refuse_option("An index is `@sparse` or `@partial`, not both.", position)
    if "dense" in found and "sparse" in found:
        raise refuse_option("An index is `@dense` or `@sparse`, not both.", position)
    return IndexOptions(
        expire_after=found.get("ttl"),
        partial=found.get("partial"),
        sparse="sparse" in found,
        dense="dense" in found,
        collation=found.get("collation"),
    )


def refuse_option(reason: str, position: Position) -> PlacedError:
    """The error of an invalid option."""
    return PlacedError(reason, position)


def _value(name: str, rest: str, position: Position) -> Any:
    argument = _ARGUMENT.fullmatch(rest)
    if name in {"sparse", "dense"} and not rest.strip():
        return True
    if name == "ttl" and argument is not None:
        text = argument[1].strip()
        if text.isascii() and text.isdigit() and int(text) <= LONGEST_TTL:
            return int(text)
    elif name in {"partial", "collation"} and argument is not None:
        value = _json(argument[1])
        if value:
            return value
    raise refuse_option(f"`@{name}` is written {_FORMS[name]}.", position)


def _json(text: str) -> Mapping[str, Any] | None:
    try:
        value = loads(text, json_options=_JSON)
    except (ValueError, TypeError, KeyError, BSONError):
        return None
    return value if isinstance(value, Mapping) else None
