"""Describes the command of a step for the query log."""

from __future__ import annotations

from typing import assert_never

from prismongo.query.nodes.steps import (
    Aggregate,
    BeginTransaction,
    CountPerParent,
    DeleteMany,
    DeleteOne,
    Find,
    FindPerParent,
    Group,
    InPortion,
    Insert,
    KnownFind,
    RawAggregate,
    RawCommand,
    RawFind,
    Step,
    UpdateMany,
    UpdateOne,
)
from prismongo.stores.mongo.compile.commands import AggregateCommand, Document, FindCommand
from prismongo.stores.mongo.compile.filter import compile_filter
from prismongo.stores.mongo.compile.find import (
    compile_aggregate,
    compile_count_per_parent,
    compile_find,
    compile_find_per_parent,
    compile_group,
)
from prismongo.stores.mongo.compile.update import compile_update


def describe(step: Step) -> Document:
    """`{"users.find": {"filter": …, "limit": …}}`."""
    match step:
        case Find():
            return _command(compile_find(step))
        case KnownFind():
            return _command(compile_find(step.find))
        case FindPerParent():
            return _command(compile_find_per_parent(step))
        case CountPerParent():
            return _command(compile_count_per_parent(step))
        case Aggregate():
            return _command(compile_aggregate(step))
        case Group():
            return _command(compile_group(step))
        case Insert(model, documents):
            values = [{"$literal": document} for document in documents]
            return {f"{model.db_name}.insert": {"documents": values}}
        case UpdateOne(model, where, updates):
            parts = {"q": compile_filter(where, []), "u": compile_update(updates)}
            return {f"{model.db_name}.findAndModify": parts}
        case UpdateMany(model, where, updates):
            parts = {"q": compile_filter(where, []), "u": compile_update(updates)}
            return {f"{model.db_name}.update": parts}
        case DeleteOne(model, where):
            return {f"{model.db_name}.findAndModify": {"q": compile_filter(where, [])}}
        case DeleteMany(model, where):
            return {f"{model.db_name}.delete": {"q": compile_filter(where, [])}}
        case RawFind(model, filter_):
            return {f"{model.db_name}.find": {"filter": dict(filter_)}}
        case RawAggregate(model, pipeline):
            return {f"{model.db_name}.aggregate": {"pipeline": list(pipeline)}}
        case RawCommand(command):
            return {"command": dict(command)}
        case BeginTransaction() | InPortion():
            return {}
        case _:
            assert_never(step)


def _command(command: FindCommand | AggregateCommand) -> Document:
    match command:
        case AggregateCommand(collection, pipeline):
            return {f"{collection}.aggregate": {"pipeline": pipeline}}
        case FindCommand():
            return {f"{command.collection}.find": _find_parts(command)}
        case _:
            assert_never(command)


def _find_parts(command: FindCommand) -> Document:
    parts: Document = {"filter": command.filter}
    if command.sort:
        parts["sort"] = dict(command.sort)
    if command.skip:
        parts["skip"] = command.skip
    if command.limit:
        parts["limit"] = command.limit
    return parts
