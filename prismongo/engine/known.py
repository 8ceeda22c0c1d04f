"""What is kept of calls whose shape was seen before (`calls.py`): it is filled for another call.

Values pass the encoders of their fields, as all do. What an encoder refuses, and whatever is
unusual in the data of a write, gives None: that call goes the careful way, which says what is
wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, assert_never

from prismongo.query.errors.input import ArgumentPath
from prismongo.query.nodes.filling import by_marks, filled
from prismongo.query.nodes.filling_selections import filled_page, filled_selected, filled_unique
from prismongo.query.nodes.filters import Compare, Filter
from prismongo.query.nodes.operations import (
    AggregateRecords,
    CreateOne,
    DeleteRecord,
    FindPage,
    FindUnique,
    GroupRecords,
    NewRecord,
    RecordUpdates,
    UpdateRecord,
    UpsertRecord,
)
from prismongo.query.nodes.requests import Request, Selection
from prismongo.query.nodes.selections import Selected
from prismongo.query.nodes.steps import (
    Aggregate,
    Aggregation,
    DeleteOne,
    Find,
    FindTemplate,
    Insert,
    KnownFind,
    UpdateOne,
)
from prismongo.query.validate.validator import Validator

Read = FindUnique | FindPage | AggregateRecords | GroupRecords
RecordWrite = CreateOne | UpdateRecord | DeleteRecord | UpsertRecord
Value = tuple[tuple[int, ...], ArgumentPath, Callable[[Any], object], type]
"""A value that is open: the numbers of the selection in whose arguments it stands (none: in the
call's), where it stands in them, its encoder, and the type of what is stored."""


def bound(values: tuple[Value, ...], request: Request) -> tuple[object, ...] | None:
    """The stored values of a call, in the order of its marks; None if one is refused."""
    found = []
    try:
        for numbers, path, encode, kind in values:
            value: Any = _selected(request, numbers).arguments if numbers else request.arguments
            for part in path:
                value = value[part]
            stored = encode(value)
            if type(stored) is not kind:
                return None
            found.append(stored)
    except (ValueError, TypeError):
        return None
    return tuple(found)


def _selected(request: Request, numbers: tuple[int, ...]) -> Selection:
    found = request.selections[numbers[0]]
    for number in numbers[1:]:
        found = found.selections[number]
    return found


@dataclass(frozen=True, slots=True, eq=False)
class KnownFilter:
    """The filter of a shape, with marks in place of the values.

    Attributes:
        template: a read of what the filter finds.
        values: one for each mark.
    """

    template: FindTemplate
    values: tuple[Value, ...]

    def filter(self, request: Request) -> Filter | None:
        """The filter of a call; None if a value of it is refused."""
        values, found = bound(self.values, request), self.template.find.where
        if values is None:
            return None
        if values and type(found) is Compare and found.value is self.template.marks[0]:
            return Compare(found.path, found.operator, values[0], found.insensitive, found.exact)
        return self.template.where(values)


@dataclass(frozen=True, slots=True, eq=False)
class KnownRead:
    """A read of one record, or of a page.

    Attributes:
        operation: with marks in place of the values.
        is_one_step: whether its step answers it.
    """

    operation: FindUnique | FindPage
    where: KnownFilter
    is_one_step: bool

    def step(self, request: Request) -> KnownFind | None:
        """The first step of a call; None: it goes the careful way."""
        values = bound(self.where.values, request)
        return None if values is None else KnownFind(self.where.template, values)


@dataclass(frozen=True, slots=True, eq=False)
class Places:
    """The open places in an operation.

    Attributes:
        marks: one for each value, exactly once in the operation.
        values: one for each mark.
        are_selected: whether some are in the filters of the selection.
    """

    marks: tuple[object, ...]
    values: tuple[Value, ...]
    are_selected: bool

    def bound(self, request: Request) -> Mapping[int, object] | None:
        """The values of a call by the `id` of their marks; None if one is refused."""
        values = bound(self.values, request)
        return None if values is None else by_marks(self.marks, values)

    def selected(self, selected: Selected, values: Mapping[int, object]) -> Selected:
        """The selection of a call."""
        return filled_selected(selected, values) if self.are_selected else selected


@dataclass(frozen=True, slots=True, eq=False)
class KnownPlannedRead:
    """A read that is planned at every call: a page by a cursor, from its end, and others.

    Attributes:
        operation: with marks in place of the values.
    """

    operation: Read
    places: Places

    def filled(self, request: Request) -> Read | None:
        """The operation of a call; None: it goes the careful way."""
        values, operation = self.places.bound(request), self.operation
        if values is None:
            return None
        match operation:
            case AggregateRecords():
                return replace(operation, page=filled_page(operation.page, values))
            case GroupRecords(_, where):
                having = filled(operation.having, values)
                return replace(operation, where=filled(where, values), having=having)
            case FindPage(_, page, selected):
                chosen = self.places.selected(selected, values)
                return replace(operation, page=filled_page(page, values), selected=chosen)
            case FindUnique(_, unique, selected):
                chosen = self.places.selected(selected, values)
                return replace(operation, unique=filled_unique(unique, values), selected=chosen)
            case _:
                assert_never(operation)


@dataclass(frozen=True, slots=True, eq=False)
class KnownPlannedWrite:
    """A write of one record that is planned at every call: an upsert, and what takes several steps.

    All of its data is open, so long as no related record is in it.

    Attributes:
        operation: with marks in place of the values, and without data.
    """

    operation: RecordWrite
    places: Places
    validator: Validator

    def filled(self, request: Request) -> RecordWrite | None:
        """The operation of a call; None: it goes the careful way."""
        values, operation = self.places.bound(request), self.operation
        if values is None:
            return None
        selected = self.places.selected(operation.selected, values)
        match operation:
            case CreateOne():
                new = self._new(request, "data")
                return None if new is None else CreateOne(new, selected)
            case UpdateRecord(unique):
                data = self._updates(request, "data")
                unique = filled_unique(unique, values)
                return None if data is None else UpdateRecord(unique, data, selected)
            case DeleteRecord(unique):
                return DeleteRecord(filled_unique(unique, values), selected)
            case UpsertRecord(unique):
                new, data = self._new(request, "create"), self._updates(request, "update")
                if new is None or data is None:
                    return None
                return UpsertRecord(filled_unique(unique, values), new, data, selected)
            case _:
                assert_never(operation)

    def _new(self, request: Request, name: str) -> NewRecord | None:
        model = self.operation.selected.model
        document = self.validator.document(model, request.arguments.get(name))
        return None if document is None else NewRecord(model, document)

    def _updates(self, request: Request, name: str) -> RecordUpdates | None:
        model = self.operation.selected.model
        updates = self.validator.updates(model, request.arguments.get(name))
        return None if updates is None else RecordUpdates(model, updates)


@dataclass(frozen=True, slots=True, eq=False)
class KnownAggregate:
    """A count, or another aggregate, of all records that a filter finds.

    Attributes:
        aggregations: those of the operation.
    """

    operation: AggregateRecords
    where: KnownFilter
    aggregations: tuple[Aggregation, ...]

    def step(self, request: Request) -> Aggregate | None:
        """The only step of a call; None: it goes the careful way."""
        where = self.where.filter(request)
        if where is None:
            return None
        return Aggregate(Find(self.operation.model, where), self.aggregations)


@dataclass(frozen=True, slots=True, eq=False)
class KnownCreate:
    """A create of one record. All of its data is open, so long as no related record is in it.

    Attributes:
        operation: without data.
    """

    operation: CreateOne
    validator: Validator

    def step(self, request: Request) -> Insert | None:
        """The only step of a call; None: it goes the careful way."""
        model = self.operation.record.model
        document = self.validator.document(model, request.arguments.get("data"))
        return None if document is None else Insert(model, (document,))


@dataclass(frozen=True, slots=True, eq=False)
class KnownUpdate:
    """An update of one record by a unique. All of its data is open, but for related records.

    Attributes:
        operation: with marks in place of the values, and without data.
        keys: the stored names of fields of which a change takes more than one step.
    """

    operation: UpdateRecord
    where: KnownFilter
    validator: Validator
    keys: frozenset[str]

    def step(self, request: Request) -> UpdateOne | None:
        """The only step of a call; None: it goes the careful way."""
        where, find = self.where.filter(request), self.where.template.find
        if where is None:
            return None
        updates = self.validator.updates(find.model, request.arguments.get("data"))
        if not updates or (self.keys and any(each.path[0] in self.keys for each in updates)):
            return None
        return UpdateOne(find.model, where, updates, find.fields)


@dataclass(frozen=True, slots=True, eq=False)
class KnownDelete:
    """A delete of one record by a unique, to which no other record refers.

    Attributes:
        operation: with marks in place of the values.
    """

    operation: DeleteRecord
    where: KnownFilter

    def step(self, request: Request) -> DeleteOne | None:
        """The only step of a call; None: it goes the careful way."""
        where, find = self.where.filter(request), self.where.template.find
        return None if where is None else DeleteOne(find.model, where, find.fields)


KnownWrite = KnownCreate | KnownUpdate | KnownDelete
KnownStepped = KnownRead | KnownAggregate | KnownWrite
KnownPlanned = KnownPlannedRead | KnownPlannedWrite
KnownCall = KnownStepped | KnownPlanned
