"""Calls whose shape was seen before: only their values are validated and bound anew.

A query shape (`query/validate/query_shapes.py`) is what calls have in common that differ in the
values of their filters and cursors alone. When a shape is seen again, it is validated and planned
with marks in place of the values (`query/validate/marks.py`). Where each mark is found in the
planned filter, exactly once, later values are put. Of a page that is no single step (a cursor, the
end of a list, a filter by relations) they are put into the operation, which is planned anew. Values
pass the encoder of their field, as all do. What it refuses, and any call of which something is not
found again, goes the careful way, which says what is wrong.

Of a write the filter alone has a shape. Its data is validated whole at every call, by the functions
that are generated once a model (`query/validate/writers.py`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any, Final, TypeVar

from prisma.errors import PrismaError

from prismongo.engine.conflicts import Conflicts
from prismongo.engine.drive import Work, run, run_inside, run_step, run_write
from prismongo.engine.known import (
    KnownAggregate,
    KnownCall,
    KnownCreate,
    KnownDelete,
    KnownFilter,
    KnownPage,
    KnownPlanned,
    KnownRead,
    KnownStepped,
    KnownUpdate,
    KnownUpsert,
    KnownWrite,
    Value,
)
from prismongo.query.nodes.filling import fillable
from prismongo.query.nodes.operations import (
    AggregateRecords,
    CreateOne,
    DeleteRecord,
    FindPage,
    FindUnique,
    NewRecord,
    Operation,
    RecordUpdates,
    UpdateRecord,
    UpsertRecord,
)
from prismongo.query.nodes.requests import Request, Words
from prismongo.query.nodes.steps import (
    Aggregate,
    DeleteOne,
    Find,
    FindTemplate,
    Insert,
    KnownFind,
    UpdateOne,
)
from prismongo.query.plan.planner import Planner
from prismongo.query.validate.marks import Marked, MarkingValues
from prismongo.query.validate.query_shapes import (
    WRITES,
    QueryShape,
    ShapelessError,
    open_values,
    query_shape,
)
from prismongo.query.validate.validator import Validator
from prismongo.schema.datamodel import Datamodel

SHAPES: Final = 1_000
"""How many shapes are kept. They come from code, which has fewer."""

Kept = TypeVar("Kept", set[int], dict[QueryShape, KnownCall])

_Read = FindUnique | FindPage | AggregateRecords
_Write = CreateOne | UpdateRecord | UpsertRecord | DeleteRecord
_Planned = FindPage | AggregateRecords | UpsertRecord
KnownStep = KnownFind | Aggregate | Insert | UpdateOne | DeleteOne


class Calls:
    """The calls of one engine, and those of which the shape is known.

    Args:
        datamodel: the schema.
        validators: validate what is not known.
        planner: plans all.
        conflicts: the turns of what loses.
    """

    def __init__(
        self,
        datamodel: Datamodel,
        validators: Mapping[Words, Validator],
        planner: Planner,
        conflicts: Conflicts,
    ) -> None:
        self._validators = validators
        self._planner = planner
        self._conflicts = conflicts
        self._values = MarkingValues(datamodel)
        self._validator = Validator(datamodel, "python", self._values)
        self._known: dict[QueryShape, KnownCall] = {}
        # Of these shapes the hashes alone are kept: they may hold anything.
        self._seen: set[int] = set()
        self._careful: set[int] = set()

    def prepared(self, request: Request, *, is_enclosed: bool) -> tuple[Operation, Work]:
        """The operation of a request, and what is to be done for it.

        Raises:
            prisma.errors.DataError: the request is refused.
        """
        found = self.find(request)
        if isinstance(found, tuple):
            known, step = found
            return known.operation, self._work(known, step, is_enclosed=is_enclosed)
        operation = found or self._validators[request.words].validate(request)
        if (only := self._planner.only_step(operation)) is not None:
            return operation, partial(run_inside if is_enclosed else run_step, only)
        plan = partial(self._planner.plan, operation, is_enclosed=is_enclosed)
        return operation, partial(run, plan, self._conflicts)

    def _work(self, known: KnownStepped, step: KnownStep, *, is_enclosed: bool) -> Work:
        if isinstance(step, Insert | UpdateOne | DeleteOne):
            return partial(run_write, step, self._conflicts)
        if isinstance(known, KnownRead) and not known.is_one_step:
            plan = partial(self._planner.plan_known, known.operation, step)
            return partial(run, plan, self._conflicts)
        return partial(run_inside if is_enclosed else run_step, step)

    def find(self, request: Request) -> tuple[KnownStepped, KnownStep] | _Planned | None:
        """What is known of the shape of a request, and its step, or the operation to be planned.

        None: it goes the careful way.
        """
        shape = query_shape(request)
        if shape is None:
            return None
        known = self._known.get(shape)
        if known is None:
            self._note(shape, request)
            return None
        if isinstance(known, KnownPlanned):
            return known.filled(request.arguments)
        step = known.step(request.arguments)
        return None if step is None else (known, step)

    def _note(self, shape: QueryShape, request: Request) -> None:
        """A shape is learnt when it is seen for the second time."""
        number = hash(shape)
        if number in self._careful:
            return
        if number not in self._seen:
            _emptied(self._seen).add(number)
            return
        self._seen.discard(number)
        try:
            known = self._learnt(request)
        except ShapelessError:
            known = None
        except PrismaError:
            return  # of a value, perhaps: the careful way says it
        if known is None:
            _emptied(self._careful).add(number)
        else:
            _emptied(self._known)[shape] = known

    def _learnt(self, request: Request) -> KnownCall | None:
        if request.action not in WRITES:
            return self._learnt_read(request)
        operation = self._validators[request.words].validate(request)
        if not isinstance(operation, _Write):
            raise ShapelessError
        if isinstance(operation, UpsertRecord) or self._planner.writes.is_one_step(operation):
            return self._learnt_write(operation, request)
        return None

    def _learnt_write(self, operation: _Write, request: Request) -> KnownWrite | KnownUpsert | None:
        validator, selected = self._validators[request.words], operation.selected
        model = selected.model
        if isinstance(operation, CreateOne):
            return KnownCreate(CreateOne(NewRecord(model, {}), selected), validator)
        read = replace(
            request, action="findUnique", arguments={"where": request.arguments["where"]}
        )
        found, marked = self._marked(read)
        if not isinstance(found, FindUnique):
            return None
        unique, none = found.unique, RecordUpdates(model)
        if isinstance(operation, UpsertRecord):
            if not _are_found(marked, fillable(unique.filter)):
                return None
            upsert = UpsertRecord(unique, NewRecord(model, {}), none, selected)
            return KnownUpsert(upsert, _marks(marked), _values(marked), validator)
        find = self._planner.known(found)
        where = None if find is None else _known_filter(find, marked)
        if where is None:
            return None
        if isinstance(operation, DeleteRecord):
            return KnownDelete(DeleteRecord(unique, selected), where)
        keys = self._planner.writes.keys(model)
        return KnownUpdate(UpdateRecord(unique, none, selected), where, validator, keys)

    def _learnt_read(self, request: Request) -> KnownRead | KnownPage | KnownAggregate | None:
        operation, marked = self._marked(request)
        find = self._planner.known(operation)
        where = None if find is None else _known_filter(find, marked)
        if where is None:
            return None if isinstance(operation, FindUnique) else _known_page(operation, marked)
        if isinstance(operation, AggregateRecords):
            return KnownAggregate(operation, where)
        is_one_step = not operation.selected.relations and not operation.must_exist
        return KnownRead(operation, where, is_one_step)

    def _marked(self, request: Request) -> tuple[_Read, list[Marked]]:
        """A read with marks, one for each value that the shape leaves open.

        Raises:
            ShapelessError: it is no such read, or of one of its values there is no mark.
        """
        marked: list[Marked] = []
        self._values.marked = marked
        operation = self._validator.validate(request)
        if not isinstance(operation, _Read) or not _are_all(marked, request.arguments):
            raise ShapelessError
        return operation, marked


def _known_filter(find: Find, marked: list[Marked]) -> KnownFilter | None:
    """The filter of a step; None if one of its marks is not found again."""
    if not _are_found(marked, fillable(find.where)):
        return None
    return KnownFilter(FindTemplate(find, _marks(marked)), _values(marked))


def _known_page(operation: FindPage | AggregateRecords, marked: list[Marked]) -> KnownPage | None:
    page = operation.page
    found = fillable(page.where) + (fillable(page.cursor.filter) if page.cursor else [])
    if not _are_found(marked, found):
        return None
    return KnownPage(operation, _marks(marked), _values(marked))


def _are_found(marked: list[Marked], found: list[object]) -> bool:
    """Whether each mark is found exactly once."""
    numbers = Counter(map(id, found))
    return all(numbers[id(item.mark)] == 1 for item in marked)


def _marks(marked: list[Marked]) -> tuple[object, ...]:
    return tuple([item.mark for item in marked])


def _values(marked: list[Marked]) -> tuple[Value, ...]:
    return tuple([(item.path, item.encode, type(item.mark)) for item in marked])


def _emptied(kept: Kept) -> Kept:
    """The collection, without what is in it if it is full."""
    if len(kept) >= SHAPES:
        kept.clear()
    return kept


def _are_all(marked: list[Marked], arguments: Mapping[str, Any]) -> bool:
    """Whether the marks are for all values that the shape leaves open, each at its path."""
    values = dict(open_values(arguments))
    return len(marked) == len(values) and all(
        item.path in values and values[item.path] is item.given for item in marked
    )
