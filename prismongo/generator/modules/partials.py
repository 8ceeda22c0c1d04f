"""`partials.py` of the generated package."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Final

from prismongo.client.partial import PartialField, PartialType
from prismongo.generator.fields import whole
from prismongo.generator.modules.records import documented
from prismongo.schema.datamodel import Datamodel, Field

_OPENING: Final = '''"""Parts of records, as the schema's partial type generator asks for them."""

# ruff: noqa
from builtins import bool as _bool, float as _float, int as _int, str as _str
from datetime import datetime as _datetime
from decimal import Decimal as _Decimal
from typing import List as _List, Optional as _Optional

from prismongo.client.records import no_nulls as _no_nulls

import prismongo.fields as _fields

from . import bases as _bases, enums as _enums, models as _models
'''
_END: Final = "\n\nfrom . import partials as _partials  # noqa: E402\n"


def partials_module(datamodel: Datamodel, partials: Iterable[PartialType]) -> str:
    """The text of `partials.py`."""
    lines = [_OPENING.rstrip()]
    for partial in partials:
        fields = datamodel.model[partial.model].by_name
        lines += ["", "", f"class {partial.name}(_bases.Base{partial.model}):"]
        lines += _fields(partial, fields.__getitem__) if partial.fields else ["    pass"]
    return "\n".join(lines) + _END


def _fields(partial: PartialType, field_of: Callable[[str], Field]) -> Iterator[str]:
    lists: list[str] = []
    for item in partial.fields:
        field = field_of(item.name)
        text = _type(field, item)
        yield f"    {item.name}: {f'_Optional[{text}] = None' if item.is_optional else text}"
        yield from documented(field.documentation)
        if field.is_list and field.kind != "relation" and not item.is_optional:
            lists.append(repr(item.name))
    if lists:
        yield f"    _no_nulls_in_lists = _no_nulls({', '.join(lists)})"


def _type(field: Field, item: PartialField) -> str:
    match field.kind:
        case "relation" | "composite":
            kind = f"_partials.{item.partial}" if item.partial else f"_models.{field.type}"
            return f'_List["{kind}"]' if field.is_list else f'"{kind}"'
        case "scalar" | "enum":
            return whole(field)
