"""What the generated package says of a field: its Python types, as text.

The names that begin with an underscore are those that the generated modules import, so that models
may have any name.
"""

from __future__ import annotations

from collections.abc import Iterable

from prismongo.generator.source import Shared
from prismongo.query.values.scalars import SCALARS, is_number, is_ordered
from prismongo.schema.datamodel import CompositeType, Field, Model

Owner = Model | CompositeType


def members(owner: Owner) -> list[Field]:
    """The fields that the client has."""
    return [field for field in owner.fields if not field.ignored]


def scalars(owner: Owner) -> list[Field]:
    """The fields of one value or of a list of values: scalars and enums."""
    return [field for field in members(owner) if field.kind in ("scalar", "enum")]


def composites(owner: Owner) -> list[Field]:
    """The fields that hold composite values."""
    return [field for field in members(owner) if field.kind == "composite"]


def relations(owner: Owner) -> list[Field]:
    """The fields that hold other records."""
    return [field for field in members(owner) if field.kind == "relation"]


def stored(owner: Owner) -> list[Field]:
    """The fields that a document has."""
    return [field for field in members(owner) if field.kind != "relation"]


def without(fields: Iterable[Field], others: Iterable[Field]) -> list[Field]:
    """The fields that are not among the others; both are of one owner."""
    names = {field.name for field in others}
    return [field for field in fields if field.name not in names]


def numbers(model: Model) -> list[Field]:
    """The fields that can be added up."""
    return [field for field in scalars(model) if is_number(field) and not field.is_list]


def ordered(model: Model) -> list[Field]:
    """The fields of which there is a smallest value."""
    return [field for field in scalars(model) if is_ordered(field) and not field.is_list]


def value(field: Field) -> str:
    """The type of one value of a scalar or enum field."""
    return f"_enums.{field.type}" if field.kind == "enum" else _declared(field.type)


def _declared(scalar: str) -> str:
    """The class of a scalar type, by the name that the generated modules import."""
    kind = SCALARS[scalar].python_type
    is_ours = kind.__module__ == "prismongo.fields"
    return f"_fields.{kind.__name__}" if is_ours else f"_{kind.__name__}"


def whole(field: Field) -> str:
    """The type of what a scalar or enum field holds, null apart."""
    return f"_List[{value(field)}]" if field.is_list else value(field)


def referable(kind: str) -> str:
    """The type, or a reference to a field of it."""
    return f"_Union[{kind}, {reference(kind)}]"


def reference(kind: str) -> str:
    """The type of a reference to a field of a type."""
    return f"_FieldReference[{kind}]"


def averaged(field: Field) -> str:
    """The type of the average of a number's field, null apart."""
    return _declared(SCALARS[field.type].average or field.type)


def optional(field: Field, text: str) -> str:
    """The type, with None where the field may be null."""
    if field.is_required or field.is_list:
        return text
    kind = f"_Optional[{text}]"
    is_its_own = field.kind in ("scalar", "enum") and text == whole(field)
    return Shared(f"_{field.type}OrNone", kind) if is_its_own else kind


def foreign_keys(model: Model) -> frozenset[str]:
    """The names of the fields that relations of the model are kept in."""
    return frozenset(
        name for item in model.fields if item.relation for name in item.relation.fields
    )


def is_required_on_create(field: Field) -> bool:
    """Whether a new record has to have a value of it."""
    return (
        field.is_required
        and not field.is_list
        and not field.is_updated_at
        and field.default is None
        and field.kind != "relation"
    )


def some(kind: str) -> str:
    """The type, or a list of it."""
    return f"_Union[{kind}, _List[{kind}]]"


def literal(fields: Iterable[Field]) -> str:
    """The type of the fields' names."""
    names = ", ".join(repr(field.name) for field in fields)
    return f"_Literal[{names}]" if names else "_NoneType"
