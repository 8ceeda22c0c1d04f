"""Composite types: their values, filters, changes, order and selection."""

from __future__ import annotations

from prismongo.generator.fields import is_required_on_create, members, some, without
from prismongo.generator.inputs.create import new
from prismongo.generator.inputs.select import order, selected
from prismongo.generator.inputs.update import change
from prismongo.generator.inputs.where import combinations, condition
from prismongo.generator.source import Source
from prismongo.schema.datamodel import CompositeType


def write_composite(source: Source, kind: CompositeType) -> None:
    """`AddressCreateInput`, `AddressWhereInput` and all that a field of the type takes."""
    name, fields = kind.name, members(kind)
    needed = [field for field in fields if is_required_on_create(field)]
    optional = f"_{name}CreateOptional"
    source.typed_dict(optional, map(new, without(fields, needed)))
    doc = f"A {name} value"
    source.typed_dict(f"{name}CreateInput", map(new, needed), optional, total=True, doc=doc)
    source.typed_dict(f"{name}UpdateInput", map(change, fields))
    where = f"{name}WhereInput"
    source.typed_dict(where, [*map(condition, fields), *combinations(where)])
    source.typed_dict(f"{name}OrderByInput", map(order, fields))
    source.typed_dict(f"{name}Select", map(selected, fields))
    source.typed_dict(f"{name}Args", [("select", f"{name}Select")], total=True)
    _write_filters(source, name)
    _write_changes(source, name)
    _write_list_changes(source, name)


def _write_filters(source: Source, name: str) -> None:
    create, where = f'"{name}CreateInput"', f'"{name}WhereInput"'
    source.keyword_dict(
        f"{name}CompositeFilter", ("is", where), [("equals", create), ("is_not", where)]
    )
    source.keyword_dict(
        f"{name}NullableCompositeFilter",
        ("is", f"_Optional[{where}]"),
        [
            ("equals", f"_Optional[{create}]"),
            ("is_not", f"_Optional[{where}]"),
            ("is_set", "_bool"),
        ],
    )
    source.typed_dict(
        f"{name}CompositeListFilter",
        [
            ("equals", f"_List[{name}CreateInput]"),
            *((word, f"{name}WhereInput") for word in ("every", "some", "none")),
            ("is_empty", "_bool"),
            ("is_set", "_bool"),
        ],
    )


def _write_changes(source: Source, name: str) -> None:
    create, update, upsert = f"{name}CreateInput", f"{name}UpdateInput", f"{name}UpsertInput"
    source.typed_dict(f"{name}UpdateEnvelopeInput", [("set", create), ("update", update)])
    source.typed_dict(upsert, [("set", create), ("update", update)], total=True)
    source.typed_dict(
        f"{name}NullableUpdateEnvelopeInput",
        [("set", f"_Optional[{create}]"), ("upsert", upsert), ("unset", "_bool")],
    )


def _write_list_changes(source: Source, name: str) -> None:
    where, many = f"{name}WhereInput", f"{name}UpdateManyInput"
    delete, values = f"{name}DeleteManyInput", some(f"{name}CreateInput")
    source.typed_dict(many, [("where", where), ("data", f"{name}UpdateInput")], total=True)
    source.typed_dict(delete, [("where", where)], total=True)
    source.typed_dict(
        f"{name}ListUpdateEnvelopeInput",
        [("set", values), ("push", values), ("update_many", many), ("delete_many", delete)],
    )
