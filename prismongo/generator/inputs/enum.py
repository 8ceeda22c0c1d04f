"""Enums: filters and changes of the fields that hold them."""

from __future__ import annotations

from prismongo.generator.fields import Owner, members, referable
from prismongo.generator.source import Source
from prismongo.schema.datamodel import Datamodel, Enum, Field


def write_enum(source: Source, enum: Enum, datamodel: Datamodel) -> None:
    """`RoleFilter` and the like, where a field of the schema needs them."""
    name, value = enum.name, f"_enums.{enum.name}"
    fields = _fields_of(enum, datamodel)
    single = [field for field in fields if not field.is_list]
    if single:
        _write_filter(source, name, value)
    if any(not field.is_required for field in single):
        _write_nullable_filter(source, name, value)
    if len(single) < len(fields):
        source.alias(f"{name}ListFilter", f"_ListFilter[{value}]")
        source.alias(f"{name}ListUpdate", f"_Union[_List[{value}], _ListChange[{value}]]")


def _fields_of(enum: Enum, datamodel: Datamodel) -> list[Field]:
    owners: list[Owner] = [*datamodel.models, *datamodel.types]
    fields = [field for owner in owners for field in members(owner)]
    return [field for field in fields if field.kind == "enum" and field.type == enum.name]


def _write_filter(source: Source, name: str, value: str) -> None:
    one, several = referable(value), referable(f"_List[{value}]")
    compared = [("equals", one), ("in", several), ("not_in", several)]
    nested, filtered = f"Nested{name}Filter", f"{name}Filter"
    source.functional(nested, compared)
    source.functional(filtered, [*compared, ("not", f"_Union[{one}, {nested}]")])
    _write_aggregates(source, f"{name}WithAggregatesFilter", filtered)


def _write_nullable_filter(source: Source, name: str, value: str) -> None:
    one = referable(value)
    several = f"_Union[{referable(f'_List[{value}]')}, _List[_Optional[{value}]]]"
    compared = [("equals", f"_Optional[{one}]"), ("in", several), ("not_in", several)]
    nested = f"Nested{name}NullableFilter"
    source.functional(nested, compared)
    inner = [*compared, ("not", f"_Union[None, {one}, {nested}]"), ("is_set", "_bool")]
    filtered = f"{name}NullableFilter"
    source.functional(filtered, inner)
    _write_aggregates(source, f"{name}NullableWithAggregatesFilter", filtered)


def _write_aggregates(source: Source, name: str, filtered: str) -> None:
    """What a group is asked for."""
    source.typed_dict(
        name, [("_max", filtered), ("_min", filtered), ("_count", "IntFilter")], filtered
    )
