"""Stored names → names that Prisma and the Python client allow."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Final
from unicodedata import normalize

from prismongo.generator.names import field_problem
from prismongo.schema.language.lexer import is_name
from prismongo.schema.scalars import SCALARS

_UNFIT: Final = re.compile(r"[^\w]+")
_START: Final = re.compile(r"^[\W\d_]+")
_WORD: Final = re.compile(r"[A-Za-z0-9]+")
_SUFFIX: Final = re.compile(r"(?<=.)(?:_id|Id|ID|_ids|Ids|IDs)$")


def field_name(stored: str, taken: Collection[str]) -> str:
    """A name for a field; `id` for `_id`."""
    name = "id" if stored == "_id" else fit(stored, "field")
    while name in taken or field_problem(name):
        name += "_"
    return name


def block_name(wanted: str, taken: Collection[str]) -> str:
    """A name for a model, a composite type or an enum."""
    name = base = fit(wanted, "Model")
    number = 1
    while name in taken or name in SCALARS:
        number += 1
        name = f"{base}{number}"
    return name


def fit(stored: str, empty: str) -> str:
    """The letters, digits and underscores of a name, from the first letter on."""
    text = normalize("NFKC", stored)
    if not is_name(text.replace("-", "_")):
        text = "".join(letter if letter.isascii() or letter.isalpha() else "_" for letter in text)
    name = _START.sub("", _UNFIT.sub("_", text))
    return name or f"{empty}{_UNFIT.sub('_', text).strip('_')}"


def pascal(name: str) -> str:
    """`home_address` → `HomeAddress`."""
    return "".join(word[0].upper() + word[1:] for word in _WORD.findall(name)) or name


def without_suffix(name: str) -> str:
    """`authorId` → `author`; the name itself where it has no such end."""
    return _SUFFIX.sub("", name)
