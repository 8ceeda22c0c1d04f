"""plan: Operation → Plan, a generator of steps.

A plan is a generator because a later step depends on the result of an earlier one: an include
needs the ids of its parents, a nested write the record around it. A plan awaits nothing:
`engine/drive.py` runs it on any store, and tests run it without one.
"""

from __future__ import annotations

from dataclasses import replace
from typing import assert_never

from prismongo.query.nodes.filters import Compare, has_relations
from prismongo.query.nodes.operations import (
    AggregateRecords,
    CreateMany,
    CreateManyAndReturn,
    CreateOne,
    DeleteRecord,
    DeleteRecords,
    FindPage,
    FindUnique,
    GroupRecords,
    Operation,
    Raw,
    UpdateRecord,
    UpdateRecords,
    UpdateRecordsAndReturn,
    UpsertRecord,
)
from prismongo.query.nodes.rows import Rows
from prismongo.query.nodes.selections import Page
from prismongo.query.nodes.steps import (
    Aggregate,
    Find,
    Group,
    GroupOrder,
    Plan,
    RawAggregate,
    RawCommand,
    RawFind,
    RawStep,
    Step,
)
from prismongo.query.plan.many import ManyPlanner
from prismongo.query.plan.narrow import narrowed, narrowed_page
from prismongo.query.plan.page import LocatedPage, locate
from prismongo.query.plan.portions import Scope
from prismongo.query.plan.read import attach, first_step, read_first, read_page, stored_fields
from prismongo.query.plan.write import WritePlanner, not_found
from prismongo.query.values.scalars import may_be_list
from prismongo.schema.datamodel import Datamodel, Model


class Planner:
    """Plans operations on one datamodel.

    Attributes:
        writes: plans the writes of one record.
    """

    def __init__(self, datamodel: Datamodel) -> None:
        self.writes = WritePlanner(datamodel)
        self._many = ManyPlanner(datamodel, self.writes)

    def only_step(self, operation: Operation) -> Step | None:
        """The only step of the plan, if the plan just reads one row by one value; else None."""
        if (
            isinstance(operation, FindUnique)
            and isinstance(operation.unique.filter, Compare)
            and not operation.selected.relations
            and not operation.must_exist
        ):
            return first_step(operation.unique.filter, operation.selected)
        return None

    def known(self, operation: FindUnique | FindPage | AggregateRecords) -> Find | None:
        """The first step of a read that is one `find` and its includes; None of another.

        Of an aggregate of all records that match, the read of these.
        """
        found: Find | None
        match operation:
            case AggregateRecords(model, page):
                found = Find(model, page.where) if page == Page(page.where) else None
            case FindUnique():
                found = first_step(operation.unique.filter, operation.selected)
            case FindPage():
                found = _located_at_once(operation)
            case _:
                assert_never(operation)
        return None if found is None or has_relations(found.where) else found

    def plan_known(self, operation: FindUnique | FindPage, step: Step) -> Plan:
        """The plan of a read whose first step is known."""
        rows: Rows = yield step
        yield from attach(operation.selected, rows)
        if not rows and operation.must_exist:
            raise not_found("Expected a record, found none.", operation.model)
        return rows

    def plan(self, operation: Operation, *, is_enclosed: bool = False) -> Plan:
        """The steps that answer an operation; the plan returns rows, a number, or a row.

        Args:
            operation: what to answer.
            is_enclosed: whether it belongs to a transaction of the caller's, or to a batch.
        """
        match operation:
            case FindUnique():
                return _find_unique(operation)
            case FindPage():
                return _find_page(operation)
            case CreateOne():
                return self.writes.create_one(operation)
            case CreateMany():
                return self._many.create(operation, _scope(operation, is_enclosed))
            case CreateManyAndReturn():
                return self._many.create_and_return(
                    operation, _scope(operation.created, is_enclosed)
                )
            case UpdateRecord():
                return self.writes.update_one(operation)
            case UpdateRecords():
                return self._many.update(operation, _scope(operation, is_enclosed))
            case UpdateRecordsAndReturn():
                return self._many.update_and_return(
                    operation, _scope(operation.updated, is_enclosed)
                )
            case UpsertRecord():
                return self.writes.upsert_one(operation)
            case DeleteRecord():
                return self.writes.delete_one(operation, "whole" if is_enclosed else "portions")
            case DeleteRecords():
                return self._many.delete(operation, _scope(operation, is_enclosed))
            case AggregateRecords():
                return _aggregate(operation)
            case GroupRecords():
                return _group(operation)
            case Raw():
                return _raw(operation)
            case _:
                assert_never(operation)


def _scope(operation: CreateMany | UpdateRecords | DeleteRecords, is_enclosed: bool) -> Scope:
    return "whole" if operation.atomic or is_enclosed else "portions"


def _find_unique(operation: FindUnique) -> Plan:
    rows = yield from read_first(operation.unique.filter, operation.selected)
    if not rows and operation.must_exist:
        raise not_found("Expected a record, found none.", operation.model)
    return rows


def _find_page(operation: FindPage) -> Plan:
    page = yield from narrowed_page(operation.page)
    if operation.first and page == Page(page.where):
        rows = yield from read_first(page.where, operation.selected)  # any will do: no order
    else:
        page = _first_of(page) if operation.first else page
        rows = yield from read_page(page, operation.selected)
    if not rows and operation.must_exist:
        raise not_found("Expected a record, found none.", operation.model)
    return rows


def _located_at_once(operation: FindPage) -> Find | None:
    """The step of a page, if the page is one `find` whose rows are in order."""
    page, selected = operation.page, operation.selected
    if has_relations(page.where) or page.cursor is not None or page.distinct:
        return None
    if operation.first and page == Page(page.where):
        return first_step(page.where, selected)
    page = _first_of(page) if operation.first else page
    try:
        next(locate(operation.model, page, stored_fields(selected)))
    except StopIteration as end:
        located: LocatedPage | None = end.value
    else:
        return None
    if located is None or located.reversed or located.find.skip_id_sort:
        return None
    return located.find if all(key.is_plain for key in located.find.order) else None


def _first_of(page: Page) -> Page:
    """The page with one record; a negative take counts from the end."""
    from_end = page.take is not None and page.take < 0
    take = 0 if page.take == 0 else -1 if from_end else 1
    return Page(page.where, page.order, take, page.skip, page.cursor, page.distinct)


def _aggregate(operation: AggregateRecords) -> Plan:
    model, page = operation.model, (yield from narrowed_page(operation.page))
    if page.is_whole:
        page = Page(page.where)
    located = yield from locate(model, page, None)
    if located is None:
        return {}
    find = replace(located.find, skip_id_sort=False)  # ties decide which records are counted
    return (yield Aggregate(find, operation.aggregated.aggregations))


def _group(operation: GroupRecords) -> Plan:
    used = {item.key: item for item in operation.aggregated.aggregations}
    used |= {item.key: item for item in operation.having_aggregations}
    take = operation.take
    if take == 0:
        return []
    order = operation.order
    if order or take is not None or operation.skip:
        order += _tie_breakers(operation)
    if take is not None and take < 0:
        order = tuple(replace(key, descending=not key.descending) for key in order)
    rows = yield Group(
        operation.model,
        (yield from narrowed(operation.where)),
        operation.by,
        tuple(used.values()),
        operation.having,
        order,
        operation.skip,
        None if take is None else abs(take),
    )
    return rows[::-1] if take is not None and take < 0 else rows


def _tie_breakers(operation: GroupRecords) -> tuple[GroupOrder, ...]:
    """Order groups with equal keys by their other values, so that pages do not overlap."""
    ordered = [key.by for key in operation.order]
    return tuple(
        GroupOrder(item, is_whole=may_be_list(item))
        for item in operation.by
        if may_be_list(item) or item not in ordered
    )


def _raw(operation: Raw) -> Plan:
    return (yield _raw_step(operation))


def _raw_step(operation: Raw) -> RawStep:
    arguments = operation.arguments
    options = arguments.get("options") or {}
    match operation.action:
        case "findRaw":
            return RawFind(_model(operation), arguments.get("filter") or {}, options)
        case "aggregateRaw":
            pipeline = tuple(arguments.get("pipeline") or ())
            return RawAggregate(_model(operation), pipeline, options)
        case "runCommandRaw":
            return RawCommand(arguments.get("command") or {})
        case _:
            assert_never(operation.action)


def _model(operation: Raw) -> Model:
    if operation.model is None:
        raise AssertionError(f"{operation.action} names a model")
    return operation.model
