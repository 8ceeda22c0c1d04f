"""plan, portions: what one transaction does not hold is written in several.

What fits is written as before. More is written in portions, each a transaction of its own, unless
it must be whole: then it is refused before anything is written.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

from prisma.errors import PrismaError

from prismongo.errors import WriteConcernError, with_kept
from prismongo.query.nodes.filters import And, Compare, Filter, In
from prismongo.query.nodes.limits import TRANSACTION_RECORDS, UNCOUNTED
from prismongo.query.nodes.steps import (
    Aggregate,
    Aggregation,
    BeginTransaction,
    CountPlan,
    DeleteMany,
    Find,
    InPortion,
    Plan,
    Step,
    UpdateMany,
    UpdateOne,
)
from prismongo.schema.datamodel import Model

Scope = Literal["portions", "whole", "nested"]
"""How a write of many records may be executed: in portions if need be; in one transaction, its own
or the caller's; or in that of the operation around it."""

Numbers = Generator[Step, Any, list[int]]
"""A plan that returns what each of its steps answers."""

_COUNT = Aggregation("count", None)


@dataclass(frozen=True, slots=True)
class Write:
    """A step that writes so many records at most."""

    step: UpdateMany | UpdateOne | DeleteMany
    records: int


def in_portions(
    parts: Iterable[tuple[Callable[[], Plan], int]], total: int
) -> Generator[Step, Any, list[Any]]:
    """Run plans one after another, each in its own transaction → their answers.

    Args:
        parts: the plans, and how many records each writes.
        total: how many records all of them write.

    Raises:
        PrismaError: that of the plan that failed; it says how many records are kept.
    """
    answers: list[Any] = []
    kept = 0
    for make_plan, records in parts:
        try:
            answers.append((yield InPortion(make_plan)))
        except PrismaError as error:
            kept += records if isinstance(error, WriteConcernError) else 0
            raise with_kept(error, kept, total)  # noqa: B904 - the same error
        kept += records
    return answers


def run_writes(
    writes: Sequence[Write],
    scope: Scope,
    *,
    is_required: bool = True,
    is_atomic: bool = False,
    counted: Sequence[Write] | None = None,
) -> CountPlan:
    """Run steps, all or none where one transaction holds them → the sum of what they answer.

    Args:
        writes: the steps.
        scope: how they may be executed.
        is_required: whether several need a server with transactions.
        is_atomic: whether one alone is executed in a transaction, if the server has them.
        counted: the last of the steps, whose answers are added up; None means all.
    """
    first = len(writes) - len(writes if counted is None else counted)
    total = sum(write.records for write in writes)
    if scope == "portions" and total > TRANSACTION_RECORDS:
        groups = [
            (partial(_run_group, group, is_required and len(group) > 1), size)
            for group, size in _groups(writes)
        ]
        answers = yield from in_portions(groups, total)
        return sum([number for numbers in answers for number in numbers][first:])
    if scope == "whole" or (scope == "nested" and total > UNCOUNTED):
        yield BeginTransaction(records=total)
    elif len(writes) > 1 or is_atomic:
        yield BeginTransaction(required=is_required)
    return sum((yield from _run(writes))[first:])


def _run_group(writes: Sequence[Write], is_required: bool) -> Numbers:
    yield BeginTransaction(required=is_required)
    return (yield from _run(writes))


def _run(writes: Sequence[Write]) -> Numbers:
    numbers: list[int] = []
    for write in writes:
        answer = yield write.step
        numbers.append(answer if isinstance(answer, int) else int(answer is not None))
    return numbers


def _groups(writes: Sequence[Write]) -> Iterable[tuple[list[Write], int]]:
    """The steps in their order, in groups that one transaction holds, and their sizes."""
    group: list[Write] = []
    size = 0
    for write in writes:
        if group and size + write.records > TRANSACTION_RECORDS:
            yield group, size
            group, size = [], 0
        group.append(write)
        size += write.records
    yield group, size


def number_of(model: Model, where: Filter) -> CountPlan:
    """How many records match at most: by the filter if it names them, else counted.

    What is more than a transaction holds is not counted to its end.
    """
    bound = _bound(model, where)
    if bound is not None and bound <= TRANSACTION_RECORDS:
        return bound
    row = yield Aggregate(Find(model, where, limit=TRANSACTION_RECORDS + 1), (_COUNT,))
    return int(row.get(_COUNT.key) or 0)


def _bound(model: Model, where: Filter) -> int | None:
    """The most records that match, if the filter names their ids."""
    path = (model.id_field.db_name,)
    if isinstance(where, And):
        bounds = [_bound(model, each) for each in where.filters]
        return min((each for each in bounds if each is not None), default=None)
    if isinstance(where, Compare) and where.path == path and where.operator == "eq":
        return 1
    if isinstance(where, In) and where.path == path and isinstance(where.values, tuple):
        return None if where.negated else len(where.values)
    return None
