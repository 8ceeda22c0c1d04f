"""Validation of `watch`: models, the filter on each, and operations → ChangeQuery.

A `where` has the same meaning as in `find_many`. A filter that a change stream cannot evaluate is
rejected.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from prismongo.query.errors.input import invalid, unsupported
from prismongo.query.nodes.changes import CHANGE_TYPES, ChangeQuery, ChangeType, WatchedModel
from prismongo.query.nodes.filters import has_relations, is_search
from prismongo.query.nodes.operations import FindPage
from prismongo.query.nodes.requests import Request
from prismongo.query.validate.validator import Validator
from prismongo.query.validate.values import as_list


def validate_changes(
    validator: Validator,
    models: Sequence[Request],
    where: Mapping[str, object] | None = None,
    operations: Collection[ChangeType] | None = None,
    *,
    is_everything: bool = False,
) -> ChangeQuery:
    """The query of a change stream.

    Args:
        validator: of the datamodel.
        models: a findMany request of each model: its name, and the selected fields.
        where: the filter that each model's records must match; None for all records.
        operations: None for all.
        is_everything: all models are watched; there can be no `where`.

    Raises:
        prisma.errors.DataError: P2009, an unknown name or a wrong value.
        UnsupportedOperationError: P2026, a relation filter.
    """
    if where is not None and is_everything:
        raise invalid(("where",), "a filter needs the model whose records it is about")
    names = [request.model for request in models]
    for name in names:
        if names.count(name) > 1:
            raise invalid(("models",), f"{name} is named twice")
    return ChangeQuery(
        tuple(_watched(validator, request, where) for request in models),
        _operations(operations),
        is_everything,
    )


def _watched(
    validator: Validator, request: Request, where: Mapping[str, object] | None
) -> WatchedModel:
    arguments = {} if where is None else {"where": where}
    found = validator.validate(replace(request, arguments=arguments))
    if not isinstance(found, FindPage):
        raise AssertionError("findMany finds a page")
    if is_search(found.page.where):
        raise unsupported(
            "A search in `watch`",
            "a change stream has no text index; filter by `contains`",
        )
    if has_relations(found.page.where):
        raise unsupported(
            "A relation filter in `watch`",
            "MongoDB joins nothing in a change stream; filter by the record's own fields",
        )
    return WatchedModel(found.selected.model, found.page.where, found.selected)


def _operations(given: Collection[ChangeType] | None) -> frozenset[ChangeType]:
    if given is None:
        return frozenset(CHANGE_TYPES)
    names = as_list(given, ("operations",))
    wanted = frozenset(name for name in CHANGE_TYPES if name in names)
    if not wanted or any(name not in CHANGE_TYPES for name in names):
        raise invalid(("operations",), f"expected some of {', '.join(CHANGE_TYPES)}")
    return wanted
