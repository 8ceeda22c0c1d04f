"""What schema comments say to the client, beyond Prisma's language.

    /// @omit                               above or beside a field: it is left out of every answer
    /// @Python(instance_name: "things")    above a model: its name on the client
    /// @shardKey([communityId, id])        above a model: read in `shard_comments`

`@omit` stands alone on its line, `@Python(…)` anywhere in the comment, as upstream's generator
reads it. Every other line is prose, or is read elsewhere (`stores/wanted/options.py`). `resolve`
refuses what is not written as it must be (`check_comments`); the readings here find it in order.
"""

from __future__ import annotations

import re
from difflib import get_close_matches
from keyword import iskeyword
from typing import Final

from prismongo.schema.datamodel import CompositeType, Datamodel, Field, Model, Position
from prismongo.schema.errors import Mistakes, PlacedError

_OPTIONS: Final = (
    *("omit", "ttl", "partial", "sparse", "dense", "collation", "changeImages", "shardKey"),
)
"""The options of this project that comments have; most of them are read elsewhere."""

_NEAR: Final = ("omit", "shardkey")
"""Those of which a misspelt one is refused too, in small letters."""

_OPTION: Final = re.compile(r"^\s*@([A-Za-z]+)", re.MULTILINE)
_OMIT: Final = re.compile(r"^\s*@omit\b(.*)$", re.MULTILINE)
_PYTHON: Final = re.compile(r"@Python\(([^)]+)\)")
_ARGUMENT: Final = r"""[A-Za-z_]\w*\s*:\s*(?:"[^"]*"|'[^']*')"""
_ARGUMENTS: Final = re.compile(rf"\s*(?:{_ARGUMENT}\s*(?:,\s*{_ARGUMENT}\s*)*,?\s*)?", re.ASCII)
_INSTANCE_NAME: Final = re.compile(r"""\binstance_name\s*:\s*(?:"([^"]*)"|'([^']*)')""")


def is_omitted(field: Field) -> bool:
    """Whether the field is left out of every answer."""
    return _OMIT.search(field.notes or "") is not None


def instance_name(model: Model) -> str | None:
    """The name that `@Python(instance_name: "…")` gives the model on the client; None without.

    Of several in one `@Python(…)` the last counts, as upstream has it.
    """
    found = _PYTHON.search(model.documentation or "")
    names = _INSTANCE_NAME.findall(found[1]) if found else []
    return names[-1][0] or names[-1][1] or None if names else None


def check_comments(datamodel: Datamodel, mistakes: Mistakes) -> None:
    """Refuse comments that are not written as they must be, or stand where they mean nothing.

    The place is that of the field or the model that the comment belongs to.
    """
    owners: list[Model | CompositeType] = [*datamodel.models, *datamodel.types]
    for owner in owners:
        with mistakes:
            _check_spelling(owner.documentation, owner.position)
        for field in owner.fields:
            with mistakes:
                _check_spelling(field.notes, field.position)
                if _says_omit(field):
                    _check_omit(owner, field)
    for model in datamodel.models:
        with mistakes:
            _check_python(model)


def _check_omit(owner: Model | CompositeType, item: Field) -> None:
    if isinstance(owner, CompositeType):
        reason = "`@omit` is not for fields of a composite type: give it to the model's field."
    elif item.is_id:
        reason = "An id cannot be left out: `@omit` is not for it."
    elif item.kind == "relation":
        reason = "`@omit` is not for relations: an answer has those that are asked for."
    else:
        return
    raise PlacedError(reason, item.position)


def _check_spelling(text: str | None, position: Position) -> None:
    """Refuse a line that begins with what is nearly an option, and would do nothing.

    That is one in other letters' case; of `@omit`, which keeps secrets, and of `@shardKey`, without
    which writes fail, also a misspelt one.
    """
    meant = {option.lower(): option for option in _OPTIONS}
    for word in _OPTION.findall(text or ""):
        option = meant.get(word.lower())
        if option is None and (close := get_close_matches(word.lower(), _NEAR, cutoff=0.75)):
            option = meant[close[0]]
        if option is not None and word != option:
            raise PlacedError(f"`@{word}` is no option. Is `@{option}` meant?", position)


def _says_omit(item: Field) -> bool:
    """Whether a field says `@omit`; refused if it does not say it well."""
    found = _OMIT.findall(item.notes or "")
    if any(rest.strip() for rest in found):
        raise PlacedError("`@omit` is written `@omit`, alone on its line.", item.position)
    if len(found) > 1:
        raise PlacedError("`@omit` is given twice.", item.position)
    return bool(found)


def _check_python(model: Model) -> None:
    found = _PYTHON.findall(model.documentation or "")
    if len(found) > 1:
        raise PlacedError("`@Python` is given twice.", model.position)
    if found and not _ARGUMENTS.fullmatch(found[0]):
        reason = '`@Python` is written `@Python(instance_name: "things")`, the name in quotes.'
        raise PlacedError(reason, model.position)
    name = instance_name(model)
    if name is not None and (iskeyword(name) or not name.isidentifier()):
        raise PlacedError(f'The `instance_name` "{name}" is no name in Python.', model.position)
