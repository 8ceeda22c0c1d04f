"""What of a record, and in which order: include, select, omit, order, the names of fields."""

from __future__ import annotations

from prismongo.generator.fields import (
    composites,
    literal,
    members,
    relations,
    scalars,
    some,
    without,
)
from prismongo.generator.source import Item, Source
from prismongo.schema.datamodel import Field, Model
from prismongo.schema.text_indexes import text_names


def write_select(source: Source, model: Model) -> None:
    """`UserInclude`, `UserSelect`, `UserOrderByInput` and what belongs to them."""
    name = model.name
    sort, bools = f"_{name}Sort", f"_{name}Bools"
    plain, inner = scalars(model), composites(model)
    source.typed_dict(sort, [(field.name, "_SortOrder") for field in plain])
    others = [order(field) for field in without(members(model), plain)]
    others += _relevance(source, model)
    source.typed_dict(f"{name}OrderByInput", others, sort)
    doc = f"{name} relational arguments"
    counts = _counts(source, model)
    source.typed_dict(f"{name}Include", [*map(selected, relations(model)), *counts], doc=doc)
    source.typed_dict(bools, [(field.name, "_bool") for field in plain])
    source.typed_dict(f"{name}Select", map(selected, inner), f"{name}Include", bools)
    source.typed_dict(f"_{name}Counted", [("where", f"{name}WhereInput")])
    source.typed_dict(f"{name}Omit", [(field.name, "_bool") for field in inner], bools)
    _write_arguments(source, name)
    _write_names(source, model)


def _relevance(source: Source, model: Model) -> list[Item]:
    """The order by how well a search fits; its object repeats the search, as Prisma has it."""
    names = text_names(model)
    if not names:
        return []
    known = ", ".join(map(repr, names))
    source.typed_dict(
        f"{model.name}RelevanceInput",
        [
            ("sort", "_Required[_SortOrder]"),
            ("search", "_str"),
            ("fields", f"_List[_Literal[{known}]]"),
        ],
    )
    return [("_relevance", f"_Union[_SortOrder, {model.name}RelevanceInput]")]


def _counts(source: Source, model: Model) -> list[Item]:
    """What an answer may hold of how many related records there are."""
    lists = [field for field in relations(model) if field.is_list]
    if not lists:
        return []
    name = f"{model.name}CountSelect"
    source.typed_dict(name, [(f.name, f"_Union[_bool, _{f.type}Counted]") for f in lists])
    arguments = f"_{model.name}CountArgs"
    source.typed_dict(arguments, [("select", name)], total=True)
    return [("_count", f"_Union[_bool, {arguments}]")]


def _write_arguments(source: Source, name: str) -> None:
    """What an included relation takes, to one record and to many."""
    many = f"FindMany{name}Args"
    source.typed_dict(
        f"{name}Args",
        [("include", f"{name}Include"), ("select", f"{name}Select"), ("omit", f"{name}Omit")],
    )
    source.typed_dict(
        many,
        [
            ("take", "_int"),
            ("skip", "_int"),
            ("order_by", some(f"{name}OrderByInput")),
            ("where", f"{name}WhereInput"),
            ("cursor", f"{name}WhereUniqueInput"),
            ("distinct", f"_List[{name}ScalarFieldKeys]"),
        ],
        f"{name}Args",
    )
    source.alias(f"FindFirst{name}Args", many)


def _write_names(source: Source, model: Model) -> None:
    name = model.name
    source.alias(f"{name}Keys", literal(members(model)))
    source.alias(f"{name}ScalarFieldKeys", literal(scalars(model)))
    source.alias(f"{name}RelationalFieldKeys", literal(relations(model)))


def order(field: Field) -> Item:
    """What an order says of one field."""
    match field.kind:
        case "relation" | "composite" if field.is_list:
            return field.name, "_CountOrder"
        case "relation" | "composite":
            return field.name, f"{field.type}OrderByInput"
        case "scalar" | "enum":
            return field.name, "_SortOrder"


def selected(field: Field) -> Item:
    """What a selection says of one field."""
    match field.kind:
        case "relation":
            many = "FindMany" if field.is_list else ""
            return field.name, f"_Union[_bool, {many}{field.type}Args]"
        case "composite":
            return field.name, f"_Union[_bool, {field.type}Args]"
        case "scalar" | "enum":
            return field.name, "_bool"
