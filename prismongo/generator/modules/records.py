"""`models.py`, `bases.py` and `enums.py` of the generated package."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from prismongo.generator.fields import Owner, members, relations, whole
from prismongo.generator.names import counts_name, member_names
from prismongo.schema.comments import is_omitted
from prismongo.schema.datamodel import Datamodel, Field, Model

_MODELS: Final = '''"""The records of each model, and the values of composite types."""

# ruff: noqa
from builtins import bool as _bool, float as _float, int as _int, str as _str
from datetime import datetime as _datetime
from decimal import Decimal as _Decimal
from typing import Dict as _Dict, List as _List, Literal as _Literal, Optional as _Optional

from prismongo.client.records import Composite as _Composite, counts as _counts, no_nulls as _no_nulls

import prismongo.fields as _fields

from . import bases as _bases, enums as _enums
'''

# A name that is not there yet is what pydantic waits for; an attribute that is missing is an error.
_MODELS_END: Final = "\n\nfrom . import models as _models  # noqa: E402\n"

_BASES: Final = '''"""The bases of records, and of classes of your own that hold a part of one."""

# ruff: noqa
from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Iterable, Literal, Mapping, Optional, Type, TypeVar

from prismongo.client.records import Record

if TYPE_CHECKING:
    from . import actions, types
    from .client import Prisma

_PrismaModelT = TypeVar("_PrismaModelT", bound="_PrismaModel")


class _PrismaModel(Record):
    __prisma_package__ = __package__
'''

_BASE: Final = """

class Base{name}(_PrismaModel):
    __prisma_model__: ClassVar[Literal[{name!r}]] = {name!r}  # pyright: ignore[reportIncompatibleVariableOverride]
    __prisma_relations__ = {relations!r}
{omitted}
    if TYPE_CHECKING:
        @classmethod
        def prisma(cls: Type[_PrismaModelT], client: Optional[Prisma] = None) -> actions.{name}Actions[_PrismaModelT]: ...
        @staticmethod
        def create_partial(
            name: str,
            include: Optional[Iterable[types.{name}Keys]] = None,
            exclude: Optional[Iterable[types.{name}Keys]] = None,
            required: Optional[Iterable[types.{name}Keys]] = None,
            optional: Optional[Iterable[types.{name}Keys]] = None,
            relations: Optional[Mapping[types.{name}RelationalFieldKeys, str]] = None,
            exclude_relational_fields: bool = False,
        ) -> None: ...
"""


# A member may hide a method of texts (`title`), which checkers would refuse.
_HIDES: Final = "  # type: ignore[assignment]  # pyright: ignore[reportAssignmentType]"


def enums_module(datamodel: Datamodel) -> str:
    """The text of `enums.py`."""
    lines = [
        '"""The enums of the schema."""',
        "",
        "# ruff: noqa",
        "from enum import StrEnum as _StrEnum",
    ]
    for enum in datamodel.enums:
        lines += ["", "", f"class {enum.name}(_StrEnum):", *documented(enum.documentation)]
        names = member_names(enum)
        for value in enum.values:
            hides = _HIDES if hasattr(str, names[value.name]) else ""
            lines.append(f"    {names[value.name]} = {value.name!r}{hides}")
            lines += documented(value.documentation)
    return "\n".join(lines) + "\n"


def bases_module(datamodel: Datamodel) -> str:
    """The text of `bases.py`."""
    models = [model for model in datamodel.models if not model.ignored]
    return _BASES + "".join(
        _BASE.format(
            name=model.name,
            relations=tuple(field.name for field in relations(model)),
            omitted=_omitted(model),
        )
        for model in models
    )


def _omitted(model: Model) -> str:
    names = tuple(field.name for field in members(model) if is_omitted(field))
    return f"    __prisma_omitted__ = {names!r}\n" if names else ""


def models_module(datamodel: Datamodel) -> str:
    """The text of `models.py`."""
    lines = [_MODELS.rstrip()]
    for kind in datamodel.types:
        lines += ["", "", f"class {kind.name}(_Composite):"]
        lines += documented(kind.documentation or f"A {kind.name} value")
        lines += _fields(kind)
    for model in datamodel.models:
        if not model.ignored:
            lines += ["", "", f"class {model.name}(_bases.Base{model.name}):"]
            lines += documented(model.documentation or f"Represents a {model.name} record")
            lines += [*_fields(model), *_counts(model)]
    return "\n".join(lines) + _MODELS_END


def _fields(owner: Owner) -> Iterator[str]:
    fields = members(owner)
    for field in fields:
        yield f"    {field.name}: {annotation(field)}"
        yield from documented(field.documentation)
    lists = [repr(field.name) for field in fields if field.is_list and field.kind != "relation"]
    if lists:
        yield f"    _no_nulls_in_lists = _no_nulls({', '.join(lists)})"


def _counts(model: Model) -> Iterator[str]:
    """The numbers of related records, which `include={"_count": …}` asks for."""
    names = ", ".join(repr(field.name) for field in relations(model) if field.is_list)
    if names:
        name = counts_name(model)
        yield f"    {name}: _Optional[_Dict[_Literal[{names}], _int]] = _counts()"


def annotation(field: Field) -> str:
    """The type of a record's field, with its default."""
    if field.kind == "relation":
        kind = f'"_models.{field.type}"'
        return f"_Optional[{f'_List[{kind}]' if field.is_list else kind}] = None"
    if field.kind == "composite":
        kind = f'"_models.{field.type}"'
        text = f"_List[{kind}]" if field.is_list else kind
    else:
        text = whole(field)
    return text if field.is_required or field.is_list else f"_Optional[{text}] = None"


def documented(text: str | None) -> list[str]:
    """The docstring of a class or a field, as it stands in a class; none where there is no text."""
    if not text:
        return []
    escaped = text.replace("\\", "\\\\").replace('"""', '\\"\\"\\"')
    if escaped.endswith('"'):
        escaped = escaped[:-1] + '\\"'
    return f'    """{escaped}"""'.replace("\n", "\n    ").split("\n")
