"""Pages, uniques and selections with other values in their filters (`filling.py`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import assert_never

from prismongo.query.nodes.filling import fillable, filled
from prismongo.query.nodes.selections import (
    CompositeOutput,
    CountOutput,
    Output,
    Page,
    RelationOutput,
    ScalarOutput,
    Selected,
    Unique,
)


def fillable_page(page: Page) -> list[object]:
    """The objects in the filters of a page that `filled_page` can replace."""
    cursor = [] if page.cursor is None else fillable(page.cursor.filter)
    return fillable(page.where) + cursor


def fillable_selected(selected: Selected) -> list[object]:
    """The objects in the filters of a selection that `filled_selected` can replace."""
    found: list[object] = []
    for output in selected.relations:
        match output:
            case RelationOutput(_, page, inner):
                found += fillable_page(page) + fillable_selected(inner)
            case CountOutput(counts):
                for _, where in counts:
                    found += fillable(where)
            case _:
                assert_never(output)
    return found


def filled_page(page: Page, values: Mapping[int, object]) -> Page:
    """The page with other values."""
    cursor = None if page.cursor is None else filled_unique(page.cursor, values)
    where = filled(page.where, values)
    return Page(where, page.order, page.take, page.skip, cursor, page.distinct)


def filled_unique(unique: Unique, values: Mapping[int, object]) -> Unique:
    """What finds one record, with other values."""
    fields = [(field, values.get(id(value), value)) for field, value in unique.values]
    return Unique(tuple(fields), filled(unique.filter, values))


def filled_selected(selected: Selected, values: Mapping[int, object]) -> Selected:
    """The selection, with other values in the filters of its relations."""
    first = selected.outputs[: selected.declared_outputs]
    others = [_filled_output(each, values) for each in selected.outputs[len(first) :]]
    return Selected(selected.model, (*first, *others), selected.declared)


def _filled_output(output: Output, values: Mapping[int, object]) -> Output:
    match output:
        case RelationOutput(link, page, inner):
            return RelationOutput(link, filled_page(page, values), filled_selected(inner, values))
        case CountOutput(counts):
            return CountOutput(tuple([(link, filled(where, values)) for link, where in counts]))
        case ScalarOutput() | CompositeOutput():
            return output
        case _:
            assert_never(output)
