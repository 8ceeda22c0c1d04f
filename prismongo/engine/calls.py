"""Calls whose shape was seen before: only their values are validated and bound anew.

A query shape (`query/validate/query_shapes.py`) is what calls have in common that differ in the
values of their filters and cursors alone, those of includes among them. When a shape is seen again,
it is validated and planned with marks in place of the values (`query/validate/marks.py`). Where
each mark is found in the planned filter, exactly once, later values are put. Of what is no single
step (a page by a cursor or from the end, groups, a filter by relations, an include with values, an
upsert, a write whose answer has relations) they are put into the operation, which is planned anew.
Values pass the encoder of their field, as all do. What it refuses, and any call of which something
is not found again, goes the careful way, which says what is wrong.

The data of a write is no part of its shape. It is validated whole at every call, by the functions
that are generated once a model (`query/validate/writers.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Final

from prisma.errors import PrismaError

from prismongo.engine.conflicts import Conflicts
from prismongo.engine.drive import Work, run, run_inside, run_step, run_write
from prismongo.engine.known import (
    KnownCall,
    KnownPlanned,
    KnownRead,
    KnownStepped,
    Read,
    RecordWrite,
)
from prismongo.engine.learner import Learner
from prismongo.query.nodes.operations import Operation
from prismongo.query.nodes.requests import Request, Words
from prismongo.query.nodes.steps import Aggregate, DeleteOne, Insert, KnownFind, UpdateOne
from prismongo.query.plan.planner import Planner
from prismongo.query.validate.query_shapes import (
    QueryShape,
    ShapelessError,
    UnmarkedError,
    query_shape,
)
from prismongo.query.validate.validator import Validator
from prismongo.schema.datamodel import Datamodel

SHAPES: Final = 1_000
"""How many shapes are kept. They come from code, which has fewer."""

_Planned = Read | RecordWrite
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
        self._learner = Learner(datamodel, validators, planner)
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
        try:
            if isinstance(known, KnownPlanned):
                return known.filled(request)
            step = known.step(request)
        except RecursionError:
            return None
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
            known = self._learner.learnt(request)
        except ShapelessError:
            _emptied(self._careful).add(number)
            return
        except (UnmarkedError, PrismaError, RecursionError):
            return  # of a value, perhaps: the careful way says it
        if len(self._known) >= SHAPES:
            del self._known[next(iter(self._known))]  # the oldest
        self._known[shape] = known


def _emptied(kept: set[int]) -> set[int]:
    """The hashes, without what is in them if they are many."""
    if len(kept) >= SHAPES:
        kept.clear()
    return kept
