"""What is watched: models, the filter on each, and which operations (`validate_watching`).

The counterpart of validate.py for change streams: a `where` means what it means in `find_many`, and
what a stream cannot do is refused here, by name.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Literal, get_args

from database.query.filters import Filter, has_relations
from database.query.operations import FindPage
from database.query.prefixed import paths
from database.query.refusals import invalid, unsupported
from database.query.requests import Request, Selection
from database.query.selected import Selected
from database.query.shapes import Shape
from database.query.validate import Validator
from database.query.validate_values import as_list
from database.schema.datamodel import Model

Operation = Literal["insert", "update", "delete"]
"""What happened to a record. A replacement, which Prisma never does, counts as an update."""

OPERATIONS: Final[tuple[Operation, ...]] = get_args(Operation)


@dataclass(frozen=True)
class Watched:
    """One model, which of its records, and what is read of each."""

    model: Model
    where: Filter
    selected: Selected

    @cached_property
    def is_keyed(self) -> bool:
        """Whether the filter looks at the id alone, which every event has."""
        return all(path == ("_id",) for path in paths(self.where))


@dataclass(frozen=True)
class Watching:
    """Models watched as one stream, in one order.

    Attributes:
        models: at least one.
        operations: at least one.
        is_everything: all models of the schema were asked for, by naming none.
    """

    models: tuple[Watched, ...]
    operations: frozenset[Operation]
    is_everything: bool = False

    @cached_property
    def need_images(self) -> tuple[Model, ...]:
        """The models whose filter can only be judged by the whole document, as it was then."""
        if self.operations == {"insert"}:
            return ()
        return tuple(watched.model for watched in self.models if not watched.is_keyed)

    @cached_property
    def key(self) -> tuple[object, ...]:
        """The same for two that want the same; faithful to types, as `==` on filters is not."""
        wanted = [(each.model.name, repr(each.where)) for each in self.models]
        return (*wanted, self.operations, self.is_everything)


def validate_watching(
    validator: Validator,
    shapes: Sequence[Shape],
    where: Mapping[str, object] | None = None,
    operations: Collection[Operation] | None = None,
    *,
    is_everything: bool = False,
) -> Watching:
    """What `watch` was asked for.

    Args:
        validator: of the datamodel.
        shapes: the classes of the models; one each.
        where: the filter that each model's records must match; None for all records.
        operations: None for all.
        is_everything: the shapes are all models, of which no `where` can be said.

    Raises:
        prisma.errors.DataError: P2009, an unknown name or a wrong value.
        UnsupportedOperationError: P2026, a relation filter.
    """
    if where is not None and is_everything:
        raise invalid(("where",), "a filter needs the model whose records it is about")
    names = [shape.model for shape in shapes]
    for name in names:
        if names.count(name) > 1:
            raise invalid(("models",), f"{name} is named twice")
    return Watching(
        tuple(_watched(validator, shape, where) for shape in shapes),
        _operations(operations),
        is_everything,
    )


def _watched(validator: Validator, shape: Shape, where: Mapping[str, object] | None) -> Watched:
    arguments = {} if where is None else {"where": where}
    selections = tuple(map(Selection, shape.fields))
    found = validator.validate(Request("findMany", shape.model, arguments, selections))
    if not isinstance(found, FindPage):
        raise AssertionError("findMany finds a page")
    if has_relations(found.page.where):
        raise unsupported(
            "A relation filter in `watch`",
            "MongoDB joins nothing in a change stream; filter by the record's own fields",
        )
    return Watched(found.selected.model, found.page.where, found.selected)


def _operations(given: Collection[Operation] | None) -> frozenset[Operation]:
    if given is None:
        return frozenset(OPERATIONS)
    names = as_list(given, ("operations",))
    wanted = frozenset(name for name in OPERATIONS if name in names)
    if not wanted or any(name not in OPERATIONS for name in names):
        raise invalid(("operations",), f"expected some of {', '.join(OPERATIONS)}")
    return wanted
