"""What is kept of calls whose shape was seen before (`calls.py`): each makes the step of another.

Values pass the encoders of their fields, as all do. What an encoder refuses, and whatever is
unusual in the data of a write, gives None: that call goes the careful way, which says what is
wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from prismongo.query.errors.input import ArgumentPath
from prismongo.query.nodes.filling import by_marks, filled
from prismongo.query.nodes.filters import Compare, Filter
from prismongo.query.nodes.operations import (
    AggregateRecords,
    CreateOne,
    DeleteRecord,
    FindPage,
    FindUnique,
    NewRecord,
    RecordUpdates,
    UpdateRecord,
    UpsertRecord,
)
from prismongo.query.nodes.selections import Page, Unique
from prismongo.query.nodes.steps import (
    Aggregate,
    DeleteOne,
    FindTemplate,
    Insert,
    KnownFind,
    UpdateOne,
)
from prismongo.query.validate.validator import Validator

Arguments = Mapping[str, Any]

Value = tuple[ArgumentPath, Callable[[Any], object], type]
"""Where a value stands in the arguments, its encoder, and the type of what is stored."""


def bound(values: tuple[Value, ...], arguments: Arguments) -> tuple[object, ...] | None:
    """The stored values of a call, in the order of its marks; None if one is refused."""
    found = []
    try:
        for path, encode, kind in values:
            value: Any = arguments
            for part in path:
                value = value[part]
            stored = encode(value)
            if type(stored) is not kind:
                return None
            found.append(stored)
    except (ValueError, TypeError):
        return None
    return tuple(found)


@dataclass(frozen=True, slots=True, eq=False)
class KnownFilter:
    """The filter of a shape, with marks in place of the values.

    Attributes:
        template: a read of what the filter finds.
        values: one for each mark.
    """

    template: FindTemplate
    values: tuple[Value, ...]

    def filter(self, arguments: Arguments) -> Filter | None:
        """The filter of a call; None if a value of it is refused."""
        values, found = bound(self.values, arguments), self.template.find.where
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

    def step(self, arguments: Arguments) -> KnownFind | None:
        """The first step of a call; None: it goes the careful way."""
        values = bound(self.where.values, arguments)
        return None if values is None else KnownFind(self.where.template, values)


@dataclass(frozen=True, slots=True, eq=False)
class KnownPage:
    """A read of which the plan is made at every call: a page by a cursor, from its end, and others.

    Attributes:
        operation: with marks in place of the values.
        marks: one for each value.
        values: one for each mark.
    """

    operation: FindPage | AggregateRecords
    marks: tuple[object, ...]
    values: tuple[Value, ...]

    def filled(self, arguments: Arguments) -> FindPage | AggregateRecords | None:
        """The operation of a call; None: it goes the careful way."""
        values = bound(self.values, arguments)
        if values is None:
            return None
        new = by_marks(self.marks, values)
        return replace(self.operation, page=_filled_page(self.operation.page, new))


def _filled_page(page: Page, values: Mapping[int, object]) -> Page:
    cursor = None if page.cursor is None else _filled_unique(page.cursor, values)
    where = filled(page.where, values)
    return Page(where, page.order, page.take, page.skip, cursor, page.distinct)


def _filled_unique(unique: Unique, values: Mapping[int, object]) -> Unique:
    fields = [(field, values.get(id(value), value)) for field, value in unique.values]
    return Unique(tuple(fields), filled(unique.filter, values))


@dataclass(frozen=True, slots=True, eq=False)
class KnownUpsert:
    """An upsert of one record, which is planned at every call. All of its data is open.

    Attributes:
        operation: with marks in place of the values, and without data.
        marks: one for each value.
        values: one for each mark.
    """

    operation: UpsertRecord
    marks: tuple[object, ...]
    values: tuple[Value, ...]
    validator: Validator

    def filled(self, arguments: Arguments) -> UpsertRecord | None:
        """The operation of a call; None: it goes the careful way."""
        values, model = bound(self.values, arguments), self.operation.create.model
        if values is None:
            return None
        document = self.validator.document(model, arguments.get("create"))
        updates = self.validator.updates(model, arguments.get("update"))
        if document is None or updates is None:
            return None
        return UpsertRecord(
            _filled_unique(self.operation.unique, by_marks(self.marks, values)),
            NewRecord(model, document),
            RecordUpdates(model, updates),
            self.operation.selected,
        )


@dataclass(frozen=True, slots=True, eq=False)
class KnownAggregate:
    """A count, or another aggregate, of all records that a filter finds."""

    operation: AggregateRecords
    where: KnownFilter

    def step(self, arguments: Arguments) -> Aggregate | None:
        """The only step of a call; None: it goes the careful way."""
        where = self.where.filter(arguments)
        if where is None:
            return None
        find = replace(self.where.template.find, where=where)
        return Aggregate(find, self.operation.aggregated.aggregations)


@dataclass(frozen=True, slots=True, eq=False)
class KnownCreate:
    """A create of one record. All of its data is open, so long as no related record is in it.

    Attributes:
        operation: without data.
    """

    operation: CreateOne
    validator: Validator

    def step(self, arguments: Arguments) -> Insert | None:
        """The only step of a call; None: it goes the careful way."""
        model = self.operation.record.model
        document = self.validator.document(model, arguments.get("data"))
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

    def step(self, arguments: Arguments) -> UpdateOne | None:
        """The only step of a call; None: it goes the careful way."""
        where, find = self.where.filter(arguments), self.where.template.find
        if where is None:
            return None
        updates = self.validator.updates(find.model, arguments.get("data"))
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

    def step(self, arguments: Arguments) -> DeleteOne | None:
        """The only step of a call; None: it goes the careful way."""
        where, find = self.where.filter(arguments), self.where.template.find
        return None if where is None else DeleteOne(find.model, where, find.fields)


KnownWrite = KnownCreate | KnownUpdate | KnownDelete
KnownStepped = KnownRead | KnownAggregate | KnownWrite
KnownPlanned = KnownPage | KnownUpsert
KnownCall = KnownStepped | KnownPlanned
