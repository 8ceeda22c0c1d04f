"""Compares two indexes (`differences`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from bson.json_util import CANONICAL_JSON_OPTIONS, RELAXED_JSON_OPTIONS, dumps

from prismongo.stores.wanted.specs import Direction, IndexSpec

# What MongoDB fills in where a collation does not say (manual, "Collation"); `version` is ICU's.
COLLATION_DEFAULTS: Final[Mapping[str, Any]] = {
    "caseLevel": False,
    "caseFirst": "off",
    "strength": 3,
    "numericOrdering": False,
    "alternate": "non-ignorable",
    "maxVariable": "punct",
    "normalization": False,
    "backwards": False,
}


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference between two indexes, as it is displayed."""

    what: str
    wanted: str
    found: str


def differences(wanted: IndexSpec, found: IndexSpec) -> tuple[Difference, ...]:
    """The differences, the name last; empty if the indexes are equal."""
    pairs = (
        ("keys", keys_text(wanted), keys_text(found)),
        ("unique", _yes(wanted.unique), _yes(found.unique)),
        ("only where", _canonical(wanted.partial), _canonical(found.partial)),
        ("sparse", _yes(wanted.sparse), _yes(found.sparse)),
        ("expires after", _seconds(wanted), _seconds(found)),
        ("collation", _collation(wanted), _collation(found)),
        ("hidden", _yes(wanted.hidden), _yes(found.hidden)),
        ("other options", _canonical(wanted.others), _canonical(found.others)),
        ("name", wanted.name, found.name),
    )
    shown = {
        "only where": (json_text(wanted.partial), json_text(found.partial)),
        "other options": (json_text(wanted.others), json_text(found.others)),
    }
    return tuple(
        Difference(what, *shown.get(what, (one, other)))
        for what, one, other in pairs
        if one != other
    )


def keys_text(index: IndexSpec) -> str:
    """The keys, written like in a schema: `(a, b desc, c text)`."""
    words: dict[Direction, str] = {1: "", -1: " desc"}
    parts = [f"{path}{words.get(way, f' {way}')}" for path, way in index.keys]
    return f"({', '.join(parts)})"


def json_text(value: Mapping[str, Any] | None) -> str:
    """MongoDB's relaxed Extended JSON; `-` for nothing."""
    return dumps(value, json_options=RELAXED_JSON_OPTIONS) if value else "-"


def _canonical(value: Mapping[str, Any] | None) -> str:
    """A text that is equal if and only if the values and their types are."""
    return dumps(value or {}, json_options=CANONICAL_JSON_OPTIONS, sort_keys=True)


def _yes(value: bool) -> str:
    return "yes" if value else "no"


def _seconds(index: IndexSpec) -> str:
    return "-" if index.expire_after is None else f"{index.expire_after:g} s"


def _collation(index: IndexSpec) -> str:
    given = index.collation
    if given is None or given.get("locale") == "simple":
        return "-"
    differing = {
        key: value
        for key, value in given.items()
        if key != "version" and COLLATION_DEFAULTS.get(key) != value
    }
    return json_text(dict(sorted(differing.items())))
