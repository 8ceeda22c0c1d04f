"""Steps: what a store is asked to do, one at a time.

A plan is a generator of steps (`Plan`): it yields a step, receives the result of the store, and
returns the rows of the answer. Steps contain stored names and BSON values. Rows are stored
documents (`dict`) with at least the requested `fields`. An arrow (→) precedes what a step returns.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, assert_never

from prismongo.query.nodes.filling import by_marks, filled
from prismongo.query.nodes.filters import EVERYTHING, Filter, Path
from prismongo.query.nodes.frozen import frozen
from prismongo.query.nodes.rows import Row, Rows
from prismongo.query.nodes.updates import FieldUpdate
from prismongo.schema.datamodel import Field, Link, Model

RELATED = "\0"
"""The prefix of a relation's name under which a row contains its included rows. No stored name can
contain a NUL character."""

ORDER_VALUES = RELATED + "__order"
"""The name under which `Find` puts the values that it sorted by (`order_values`)."""


@frozen
@dataclass(frozen=True, slots=True)
class OrderKey:
    """One key of an order.

    `links` leads to a related record, which has the `path`. With `count` the key is the number of
    related records, or of elements of a composite list, with `relevance` the score of the search.
    """

    path: Path
    descending: bool = False
    links: tuple[Link, ...] = ()
    count: bool = False
    relevance: bool = False

    @property
    def is_plain(self) -> bool:
        """Whether the key is a field of the record itself."""
        return not self.links and not self.count and not self.relevance


@frozen
@dataclass(frozen=True, slots=True)
class Find:
    """Read records. → list of rows.

    `distinct` keeps the first record of each combination of values, in the order given. `after` has
    the values of a cursor for `order`, and is applied after `distinct`. With `order_values` each
    row contains its values of `order`. With `skip_id_sort` the store does not sort by the last key,
    the id.
    """

    model: Model
    where: Filter = EVERYTHING
    order: tuple[OrderKey, ...] = ()
    after: tuple[object, ...] | None = None
    after_inclusive: bool = True
    skip: int = 0
    limit: int | None = None
    fields: tuple[Field, ...] | None = None
    distinct: tuple[Field, ...] = ()
    order_values: bool = False
    skip_id_sort: bool = False


@dataclass(slots=True, eq=False)
class FindTemplate:
    """A `Find` (`find`) whose filter has marks in place of the values.

    Attributes:
        marks: objects that are nowhere else, one for each value.
        prepared: what the store makes of it once; None before.
    """

    find: Find
    marks: tuple[object, ...]
    prepared: Any = None

    def where(self, values: tuple[object, ...]) -> Filter:
        """The filter with values in place of the marks."""
        return filled(self.find.where, by_marks(self.marks, values))


@frozen
@dataclass(frozen=True, slots=True)
class KnownFind:
    """A `Find` of a known shape. → list of rows, as for the `Find`."""

    template: FindTemplate
    values: tuple[object, ...]

    @property
    def find(self) -> Find:
        """The step with its values."""
        return replace(self.template.find, where=self.template.where(self.values))


@dataclass(frozen=True, slots=True)
class FindPerParent:
    """Read a page of related records for each parent. → list of (parent's id, row)."""

    link: Link
    parents: tuple[object, ...]
    find: Find


@dataclass(frozen=True, slots=True)
class CountPerParent:
    """Count related records for each parent. → {parent's id: number}; zeros may be missing."""

    link: Link
    parents: tuple[object, ...]
    where: Filter = EVERYTHING


AggregationKind = Literal["count", "sum", "avg", "min", "max"]


@dataclass(frozen=True, slots=True)
class Aggregation:
    """One aggregate; `field` is None for the number of records. `key` names it in the row."""

    kind: AggregationKind
    field: Field | None

    @property
    def key(self) -> str:
        """The name of the value in the row."""
        return f"{self.kind}__{self.field.db_name if self.field else 'all'}"


@dataclass(frozen=True, slots=True)
class Aggregate:
    """Aggregate the records of `find`. → one row, key → value; {} if there are no records."""

    find: Find
    aggregations: tuple[Aggregation, ...]


@dataclass(frozen=True, slots=True)
class GroupOrder:
    """An order of groups: by a field of the group, or by an aggregate.

    A list is sorted by an element, as MongoDB does; if `is_whole`, by all of them, as a value.
    """

    by: Field | Aggregation
    descending: bool = False
    is_whole: bool = False

    @property
    def key(self) -> str:
        """The name of the value in the row of a group."""
        match self.by:
            case Field():
                return self.by.db_name
            case Aggregation():
                return self.by.key
            case _:
                assert_never(self.by)


@dataclass(frozen=True, slots=True)
class Group:
    """Aggregate by equal values. → rows: stored name → value, aggregation key → value.

    `having` uses one-name paths: a stored name of `by`, or an aggregation's key.
    """

    model: Model
    where: Filter
    by: tuple[Field, ...]
    aggregations: tuple[Aggregation, ...]
    having: Filter = EVERYTHING
    order: tuple[GroupOrder, ...] = ()
    skip: int = 0
    limit: int | None = None


@frozen
@dataclass(frozen=True, slots=True)
class Insert:
    """Write new documents, complete with `_id`, in this order. → None."""

    model: Model
    documents: tuple[Row, ...]
    encoded: tuple[bytes, ...] | None = None  # the documents in BSON, where that is known


@frozen
@dataclass(frozen=True, slots=True)
class UpdateOne:
    """Change one record atomically. → the row after the change; None if none matched."""

    model: Model
    where: Filter
    updates: tuple[FieldUpdate, ...]
    fields: tuple[Field, ...] | None = None


@dataclass(frozen=True, slots=True)
class UpdateMany:
    """Change all matching records. → how many matched."""

    model: Model
    where: Filter
    updates: tuple[FieldUpdate, ...]


@frozen
@dataclass(frozen=True, slots=True)
class DeleteOne:
    """Delete one record atomically. → its row; None if none matched."""

    model: Model
    where: Filter
    fields: tuple[Field, ...] | None = None


@dataclass(frozen=True, slots=True)
class DeleteMany:
    """Delete all matching records. → how many."""

    model: Model
    where: Filter


@dataclass(frozen=True, slots=True)
class BeginTransaction:
    """Begin a transaction, which ends with the plan, unless the plan is in one. → None.

    If it is not `required` and the server has no transactions, the command that follows runs alone.
    With `records`, so many are about to be written, new ones of `size` bytes: it is refused if the
    transaction has no room for them.
    """

    required: bool = True
    records: int = 0
    size: int = 0


@dataclass(frozen=True, slots=True)
class InPortion:
    """Run a plan in a transaction of its own, which is repeated on its own. → its answer.

    It ends the transaction of the plan that yields it. No plan yields it within a transaction of
    the caller's.
    """

    make_plan: Callable[[], Plan]


@dataclass(frozen=True, slots=True)
class RawFind:
    """`findRaw`: filter and options in MongoDB's own language. → list of documents."""

    model: Model
    filter: Mapping[str, Any]
    options: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class RawAggregate:
    """`aggregateRaw`: pipeline and options in MongoDB's own language. → list of documents."""

    model: Model
    pipeline: tuple[Mapping[str, Any], ...]
    options: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class RawCommand:
    """`runCommandRaw`: a database command. → the server's reply."""

    command: Mapping[str, Any]


ReadStep = Find | FindPerParent | CountPerParent | Aggregate | Group
WriteStep = Insert | UpdateOne | UpdateMany | DeleteOne | DeleteMany
RawStep = RawFind | RawAggregate | RawCommand
FlowStep = BeginTransaction | InPortion
"""What the engine does itself: it begins and ends transactions."""

Step = ReadStep | KnownFind | WriteStep | RawStep | FlowStep


class LostRaceError(Exception):
    """Another writer created the record first. The operation may start again in a new transaction.

    Attributes:
        cause: the error of the caller, if the operation cannot start again.
    """

    def __init__(self, cause: Exception) -> None:
        self.cause = cause
        super().__init__(str(cause))


Plan = Generator[Step, Any, Any]
"""Yields steps, receives the results of the store, returns the answer of the operation."""

RowsPlan = Generator[Step, Any, Rows]
CountPlan = Generator[Step, Any, int]
WritePlan = Generator[Step, Any, None]
"""A plan that returns nothing: other plans run it by `yield from`."""
