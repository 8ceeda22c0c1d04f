"""Which records: the filters of models, and what identifies one record."""

from __future__ import annotations

from functools import partial

from prismongo.generator.fields import members, reference, some, value, whole, without
from prismongo.generator.source import Item, Shared, Source
from prismongo.schema.datamodel import Field, Model
from prismongo.schema.text_indexes import is_searched, searched_field


def write_where(source: Source, model: Model) -> None:
    """`UserWhereInput`, `UserWhereUniqueInput`, and the filters by a relation to the model."""
    name = model.name
    where = f"{name}WhereInput"
    single = _single_uniques(model)
    combined, base = f"_{name}Combined", f"_{name}Where"
    rest = without(members(model), single)
    said = partial(condition, searched=searched_field(model))
    source.typed_dict(combined, combinations(where))
    source.typed_dict(base, [*map(said, rest), *_whole_search(model)])
    doc = f"{name} arguments for searching"
    source.typed_dict(where, [*map(said, single), *combinations(where)], base, doc=doc)
    # `combined` comes first: pyright evaluates it first, and from there the filter. Otherwise it
    # takes the filters by relations for Unknown.
    _write_unique(source, model, {field: said(field) for field in single}, f"{combined}, {base}")
    inner = f'_Optional["{where}"]'
    source.keyword_dict(f"{name}RelationFilter", ("is", inner), [("is_not", inner)])
    source.typed_dict(
        f"{name}ListRelationFilter", [(word, where) for word in ("some", "none", "every")]
    )


def _single_uniques(model: Model) -> list[Field]:
    return [fields[0] for fields in model.uniques.values() if len(fields) == 1]


def _write_unique(source: Source, model: Model, single: dict[Field, Item], base: str) -> None:
    """One variant for each unique: that key is required, whatever else may stand beside it."""
    name = model.name
    keys = [(field.name, value(field), item[1]) for field, item in single.items()]
    for key, fields in model.uniques.items():
        if len(fields) > 1:
            inner = f"_{name}Compound{key}KeyInner"
            source.typed_dict(inner, [(item.name, value(item)) for item in fields], total=True)
            keys.append((key, inner, inner))
    variants = []
    for key, exact, _ in keys:
        variants.append(f"_{name}WhereUnique_{key}_Input")
        items = [
            (other, f"_Required[{exact}]" if other == key else kind) for other, _, kind in keys
        ]
        source.typed_dict(variants[-1], items, base)
    source.union(f"{name}WhereUniqueInput", variants)


def combinations(where: str) -> list[Item]:
    """AND, OR and NOT of a filter."""
    return [("AND", some(where)), ("OR", f"_List[{where}]"), ("NOT", some(where))]


def _whole_search(model: Model) -> list[Item]:
    """The search of a text index that covers more than one field."""
    return [("_search", "_str")] if is_searched(model) and not searched_field(model) else []


def condition(field: Field, searched: Field | None = None) -> Item:
    """What a filter says of one field; `searched` is the field of the model's text index."""
    return field.name, _condition(field, "Search" if field == searched else "")


def _condition(field: Field, search: str) -> str:
    kind = field.type
    match field.kind:
        case "relation" if field.is_list:
            return f"{kind}ListRelationFilter"
        case "relation":
            return _or_none(field, f"{kind}RelationFilter")
        case "composite" if field.is_list:
            return f"{kind}CompositeListFilter"
        case "composite" if field.is_required:
            return f"{kind}CompositeFilter"
        case "composite":
            return f"_Optional[{kind}NullableCompositeFilter]"
        case "scalar" | "enum":
            return compared(field, search)


def compared(field: Field, use: str = "") -> Shared:
    """A value, another field, or a filter: that of the field's type for a use."""
    kind, nullable = whole(field), not (field.is_list or field.is_required)
    arity, none = ("Nullable", "None, ") if nullable else ("List" if field.is_list else "", "")
    name = f"{field.type}{arity}{use}"
    return Shared(f"_{name}Condition", f"_Union[{none}{kind}, {reference(kind)}, {name}Filter]")


def _or_none(field: Field, text: str) -> str:
    return text if field.is_required else f"_Optional[{text}]"
