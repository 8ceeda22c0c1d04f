"""An index of the database → lines of its model: `@@unique`, `@@index`, `@@fulltext`, options.

What the lines ask for is compared with the index afterwards (`pull`); where it is not the same, the
schema has no words for the index.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from itertools import islice, permutations
from typing import Final

from bson.json_util import CANONICAL_JSON_OPTIONS, RELAXED_JSON_OPTIONS, dumps, loads

from prismongo.pull.draft import quoted
from prismongo.stores.mongo.push.differences import COLLATION_DEFAULTS
from prismongo.stores.wanted.bounds import present_paths
from prismongo.stores.wanted.specs import Direction, IndexSpec

Fields = tuple[tuple[str, str], ...]
"""The stored path of each key, and what stands behind its name."""

_ORDERS: Final = 720
"""How many orders of texts are tried: those of six."""

_ATTRIBUTES: Final = {"unique": "@@unique", "index": "@@index", "fulltext": "@@fulltext"}


def index_lines(index: IndexSpec, names: Mapping[str, str], *, explicit: bool) -> list[str]:
    """The comments with the options of an index, and its attribute.

    Args:
        index: as the database has it.
        names: the stored paths of its keys → their names in the schema.
        explicit: whether a filter is written that a unique index may have by itself, or that it
            has none.
    """
    keys = [f"{names[path]}{sort}" for path, sort in sorted_paths(index)]
    named = "" if is_default_name(index) else f", map: {quoted(index.name)}"
    attribute = f"{_ATTRIBUTES[index.kind]}([{', '.join(keys)}]{named})"
    return [*_options(index, explicit=explicit), attribute]


def sorted_paths(index: IndexSpec) -> Fields:
    """Its paths, and what the schema says of their order."""
    ascending = "(sort: Asc)" if index.is_text else ""
    sorts: dict[Direction, str] = {-1: "(sort: Desc)", 1: ascending}
    return tuple((path, sorts.get(direction, "")) for path, direction in index.keys)


def as_written(index: IndexSpec, taken: Collection[Fields]) -> IndexSpec:
    """A text index with its texts in an order that no other index has, and that its name tells.

    MongoDB does not keep the order of texts, and Prisma allows a model one index of the same
    fields. The order stays if there is no such one.
    """
    texts = [at for at, (_, direction) in enumerate(index.keys) if direction == "text"]
    others = []
    for order in islice(permutations(texts), _ORDERS):
        keys = list(index.keys)
        keys[texts[0] : texts[-1] + 1] = [index.keys[at] for at in order]
        others.append(replace(index, keys=tuple(keys)))
    free = [each for each in others if sorted_paths(each) not in taken]
    return next(filter(is_default_name, free), next(iter(free), index))


def is_default_name(index: IndexSpec) -> bool:
    """Whether the index has the name that Prisma gives it."""
    suffix = "key" if index.unique else "idx"
    parts = [index.collection, *(path.replace(".", "_") for path in index.paths), suffix]
    return index.name == "_".join(parts)


def _options(index: IndexSpec, *, explicit: bool) -> list[str]:
    options = []
    if index.expire_after is not None:
        options.append(f"/// @ttl({int(index.expire_after)})")
    if index.partial is not None and (explicit or not _is_presence(index)):
        options.append(f"/// @partial({_json(index.partial)})")
    if index.sparse:
        options.append("/// @sparse")
    elif explicit and index.unique:
        options.append("/// @dense")
    if index.collation is not None and not index.is_text:
        given = {
            key: value
            for key, value in index.collation.items()
            if key != "version" and COLLATION_DEFAULTS.get(key) != value
        }
        options.append(f"/// @collation({_json(given)})")
    return options


def _is_presence(index: IndexSpec) -> bool:
    """Whether the filter is the one that a unique has by itself."""
    return bool(index.unique and index.partial and present_paths(index.partial) is not None)


def _json(value: Mapping[str, object]) -> str:
    """Extended JSON that reads back as the same values; as plain as it can be."""
    relaxed = dumps(value, json_options=RELAXED_JSON_OPTIONS)
    canonical = dumps(value, json_options=CANONICAL_JSON_OPTIONS)
    back = dumps(loads(relaxed), json_options=CANONICAL_JSON_OPTIONS)
    return relaxed if back == canonical else canonical
