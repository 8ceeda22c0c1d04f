"""Learns a call: validates and plans it with marks in place of its values (`calls.py`)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import assert_never

from prismongo.engine.known import (
    KnownAggregate,
    KnownCall,
    KnownCreate,
    KnownDelete,
    KnownFilter,
    KnownPlannedRead,
    KnownPlannedWrite,
    KnownRead,
    KnownUpdate,
    KnownWrite,
    Places,
    Read,
    RecordWrite,
    Value,
)
from prismongo.query.nodes.filling import fillable
from prismongo.query.nodes.filling_selections import fillable_page, fillable_selected
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
from prismongo.query.nodes.requests import Request, Words
from prismongo.query.nodes.steps import FindTemplate
from prismongo.query.plan.planner import Planner
from prismongo.query.validate.marks import Marked, MarkingValues
from prismongo.query.validate.query_shapes import WRITES, ShapelessError, open_values
from prismongo.query.validate.validator import Validator
from prismongo.schema.datamodel import Datamodel


class Learner:
    """Makes what is kept of calls.

    Args:
        datamodel: the schema.
        validators: validate writes.
        planner: plans what is learnt.
    """

    def __init__(
        self, datamodel: Datamodel, validators: Mapping[Words, Validator], planner: Planner
    ) -> None:
        self._validators = validators
        self._planner = planner
        self._values = MarkingValues(datamodel)
        self._validator = Validator(datamodel, "python", self._values)

    def learnt(self, request: Request) -> KnownCall:
        """What is to be kept of a call.

        Raises:
            ShapelessError: nothing: all calls of its shape go the careful way.
            UnmarkedError: nothing of this call; of another with other values, perhaps.
            prisma.errors.PrismaError: the call is refused, or a mark is where its value is not.
        """
        if request.action not in WRITES:
            return self._read(request)
        operation = self._validators[request.words].validate(request)
        if not isinstance(operation, RecordWrite):
            raise ShapelessError
        return self._write(operation, request)

    def _write(self, operation: RecordWrite, request: Request) -> KnownWrite | KnownPlannedWrite:
        found, places = self._found(request)
        validator = self._validators[request.words]
        marked = _without_data(operation, found)
        if isinstance(marked, UpsertRecord) or not self._planner.writes.is_one_step(marked):
            return KnownPlannedWrite(marked, places, validator)
        if isinstance(marked, CreateOne):
            return KnownCreate(marked, validator)
        where = self._filter(found, places)
        if where is None:
            raise ShapelessError
        if isinstance(marked, DeleteRecord):
            return KnownDelete(marked, where)
        keys = self._planner.writes.keys(marked.selected.model)
        return KnownUpdate(marked, where, validator, keys)

    def _found(self, request: Request) -> tuple[FindUnique | FindPage, Places]:
        """A read of what a write finds, with marks, whose selection is that of the write's answer.

        A create finds nothing: of its read only the selection counts.
        """
        where = request.arguments.get("where")
        if where is None:
            read = replace(request, action="findMany", arguments={})
        else:
            read = replace(request, action="findUnique", arguments={"where": where})
        operation, places = self._marked(read)
        if not isinstance(operation, FindUnique | FindPage):
            raise ShapelessError
        return operation, places

    def _read(self, request: Request) -> KnownRead | KnownPlannedRead | KnownAggregate:
        operation, places = self._marked(request)
        if isinstance(operation, GroupRecords) or places.are_selected:
            return KnownPlannedRead(operation, places)
        where = self._filter(operation, places)
        if where is None:
            return KnownPlannedRead(operation, places)
        if isinstance(operation, AggregateRecords):
            return KnownAggregate(operation, where, operation.aggregated.aggregations)
        is_one_step = not operation.selected.relations and not operation.must_exist
        return KnownRead(operation, where, is_one_step)

    def _filter(
        self, operation: FindUnique | FindPage | AggregateRecords, places: Places
    ) -> KnownFilter | None:
        """The filter of the first step; None if a mark is not found again there."""
        find = self._planner.known(operation)
        if find is None or not _are_in(places.marks, fillable(find.where)):
            return None
        return KnownFilter(FindTemplate(find, places.marks), places.values)

    def _marked(self, request: Request) -> tuple[Read, Places]:
        """A read with a mark for each value that the shape leaves open.

        Raises:
            ShapelessError: it is no such read, or a mark is not found again.
            UnmarkedError: of one of its values there is no mark.
        """
        marked: list[Marked] = []
        self._values.marked = marked
        try:
            operation = self._validator.validate(request)
        finally:
            self._values.marked = []  # it would keep the values
        if not isinstance(operation, Read):
            raise ShapelessError
        marks, values = tuple([item.mark for item in marked]), _values(marked, request)
        if not _are_in(marks, _fillable(operation)):
            raise ShapelessError
        return operation, Places(marks, values, any(numbers for numbers, *_ in values))


def _without_data(operation: RecordWrite, found: FindUnique | FindPage) -> RecordWrite:
    """The write with the marks of what it finds."""
    selected, model = found.selected, found.selected.model
    new, updates = NewRecord(model, {}), RecordUpdates(model)
    if isinstance(operation, CreateOne):
        return CreateOne(new, selected)
    if isinstance(found, FindPage):
        raise ShapelessError
    unique = found.unique
    match operation:
        case UpdateRecord():
            return UpdateRecord(unique, updates, selected)
        case DeleteRecord():
            return DeleteRecord(unique, selected)
        case UpsertRecord():
            return UpsertRecord(unique, new, updates, selected)
        case _:
            assert_never(operation)


def _are_in(marks: tuple[object, ...], found: list[object]) -> bool:
    """Whether each mark is exactly once among what can be filled."""
    numbers = Counter(map(id, found))
    return all(numbers[id(mark)] == 1 for mark in marks)


def _fillable(operation: Read) -> list[object]:
    match operation:
        case AggregateRecords(_, page):
            return fillable_page(page)
        case GroupRecords(_, where):
            return fillable(where) + fillable(operation.having)
        case FindPage(_, page, selected):
            return fillable_page(page) + fillable_selected(selected)
        case FindUnique(_, unique, selected):
            return fillable(unique.filter) + fillable_selected(selected)
        case _:
            assert_never(operation)


def _values(marked: list[Marked], request: Request) -> tuple[Value, ...]:
    """Where the values stand in a call.

    Raises:
        ShapelessError: they are not all that the shape leaves open, each at its path.
    """
    opened = list(open_values(request))
    by_path = {each.path: each for each in opened}
    if not len(opened) == len(by_path) == len(marked):
        raise ShapelessError
    values: list[Value] = []
    for item in marked:
        place = by_path.get(item.path)
        if place is None or place.value is not item.given:
            raise ShapelessError
        values.append((place.selections, place.inside, item.encode, item.kind))
    return tuple(values)
