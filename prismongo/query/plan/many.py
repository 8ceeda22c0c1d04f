"""plan, writes of many records: createMany, updateMany, deleteMany, and those that answer records.

One command writes all of them where one is enough; `write.py` has the writes of single records.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from functools import partial
from typing import Any

from prismongo.query.nodes.filters import Filter, both, has_relations
from prismongo.query.nodes.limits import TRANSACTION_RECORDS, Portion, portions_of
from prismongo.query.nodes.operations import (
    CreateMany,
    CreateManyAndReturn,
    DeleteRecords,
    RecordUpdates,
    UpdateRecords,
    UpdateRecordsAndReturn,
)
from prismongo.query.nodes.rows import Row, Rows
from prismongo.query.nodes.selections import Selected
from prismongo.query.nodes.shard_keys import changes_key
from prismongo.query.nodes.steps import (
    BeginTransaction,
    CountPlan,
    DeleteMany,
    Find,
    Insert,
    OrderKey,
    RowsPlan,
    Step,
    UpdateMany,
)
from prismongo.query.nodes.updates import FieldUpdate
from prismongo.query.plan.links import beside, by_ids, by_rows, chunks, ids_of, row_chunks
from prismongo.query.plan.portions import Scope, Write, in_portions, number_of, run_writes
from prismongo.query.plan.read import attach, stored_fields
from prismongo.query.plan.referential import dependents, links_to_updated_keys, needed_fields
from prismongo.query.plan.related import OuterWrites
from prismongo.schema.datamodel import Datamodel, Field, Model


class ManyPlanner:
    """Plans writes of many records on one datamodel.

    Args:
        datamodel: the schema.
        writes: what writes records that were read.
    """

    def __init__(self, datamodel: Datamodel, writes: OuterWrites) -> None:
        self._datamodel = datamodel
        self._is_sharded = any(model.shard_key for model in datamodel.models)
        self._writes = writes

    # --- create ---

    def create(self, operation: CreateMany, scope: Scope) -> CountPlan:
        """Create records by one command, or in portions → how many."""
        model, documents = operation.model, operation.documents
        if len(documents) < 2:
            return (yield from _insert(model, Portion(documents, None, 0)))
        portions = portions_of(documents)
        if scope == "whole" and len(portions) > 1:
            size = sum(portion.size for portion in portions)
            return (yield from _insert(model, Portion(documents, None, size)))
        if len(portions) == 1:
            return (yield from _insert(model, portions[0]))
        parts = [(partial(_insert, model, part), len(part.documents)) for part in portions]
        return sum((yield from in_portions(parts, len(documents))))

    def create_and_return(self, operation: CreateManyAndReturn, scope: Scope) -> RowsPlan:
        """Create records → their selected fields and relations, in the order of the input."""
        yield from self.create(operation.created, scope)
        rows = [dict(document) for document in operation.created.documents]
        yield from attach(operation.selected, rows)
        return rows

    # --- update ---

    def update(self, operation: UpdateRecords, scope: Scope) -> CountPlan:
        """Change the records that match → how many matched."""
        model, updates = operation.model, operation.updates
        if self._is_key(model, updates):
            return (yield from self._update_each(operation, scope))
        is_unique = bool(updates) and _sets_unique(model, updates)
        wheres = yield from self._narrowed(operation, scope, is_counted=is_unique)
        if not updates:
            return (yield from _count_matching(model, [where for where, _ in wheres]))
        writes = [Write(UpdateMany(model, where, updates), size) for where, size in wheres]
        return (yield from run_writes(writes, scope, is_required=False, is_atomic=is_unique))

    def _update_each(self, operation: UpdateRecords, scope: Scope) -> CountPlan:
        yield from _keeping(operation.model.shard_key)
        rows = yield from _matching(operation.model, operation.where, operation.limit)
        data = RecordUpdates(operation.model, operation.updates)
        if scope == "portions" and len(rows) > TRANSACTION_RECORDS:
            parts = [
                (partial(self._update_rows, part, data), len(part))
                for part in chunks(rows, TRANSACTION_RECORDS)
            ]
            return sum((yield from in_portions(parts, len(rows))))
        return (yield from self._update_rows(rows, data))

    def _update_rows(self, rows: Sequence[Row], data: RecordUpdates) -> CountPlan:
        if rows:
            yield BeginTransaction()
        yield from self._writes.update_rows(list(rows), data)
        return len(rows)

    def update_and_return(self, operation: UpdateRecordsAndReturn, scope: Scope) -> RowsPlan:
        """Change records → their selected fields and relations as they are then.

        One transaction finds them, changes them and reads them again: so the answer has exactly
        the records that were changed. Of several portions each does so for its own.
        """
        model, where, limit = _which(operation.updated)
        most = None if scope == "whole" else TRANSACTION_RECORDS
        rows = yield from self._update_and_read(operation, where, limit, most)
        if rows is not None:
            return rows
        found = yield from _matching(model, where, limit, model.identity)
        parts = []
        for part in row_chunks(model, found, TRANSACTION_RECORDS):
            mine = _named(model, part, where)
            parts.append((partial(self._update_and_read, operation, mine, None, None), len(part)))
        answers = yield from in_portions(parts, len(found))
        return [row for answer in answers for row in answer]

    def _update_and_read(
        self, operation: UpdateRecordsAndReturn, where: Filter, limit: int | None, most: int | None
    ) -> Generator[Step, Any, Rows | None]:
        """The same for these records; None, without a change, if there are more than `most`."""
        model, updates = operation.updated.model, operation.updated.updates
        is_key = self._is_key(model, updates)
        yield BeginTransaction(required=is_key or operation.updated.atomic)
        fields = None if is_key else model.identity
        bound = limit if most is None else most + 1 if limit is None else min(limit, most + 1)
        rows = yield from _matching(model, where, bound, fields)
        if most is not None and len(rows) > most:
            return None
        yield from self._writes.update_rows(rows, RecordUpdates(model, updates))
        return (yield from _read_again(operation.selected, ids_of(model, rows)))

    # --- delete ---

    def delete(self, operation: DeleteRecords, scope: Scope) -> CountPlan:
        """Delete the records that match → how many."""
        model, where, limit = _which(operation)
        if not dependents(self._datamodel, model):
            wheres = yield from self._narrowed(operation, scope)
            writes = [Write(DeleteMany(model, each), size) for each, size in wheres]
            return (yield from run_writes(writes, scope, is_required=False, is_atomic=False))
        yield from _keeping(self._is_sharded)
        fields = needed_fields(self._datamodel, model)
        rows = yield from _matching(model, where, limit, fields)
        return (yield from self._writes.delete_rows(model, rows, scope))

    def _narrowed(
        self, operation: UpdateRecords | DeleteRecords, scope: Scope, *, is_counted: bool = False
    ) -> Generator[Step, Any, list[tuple[Filter, int]]]:
        """The filter, or filters by id, and how many records each finds at most.

        They are by id if the filter has relations, if there is a limit, or if one transaction does
        not hold what must be counted. With a limit the filter stays beside the ids: a record may
        have been changed meanwhile.
        """
        model, where, limit = _which(operation)
        if limit is None and not has_relations(where):
            if scope != "whole" and not is_counted:
                return [(where, 0)]
            number = yield from number_of(model, where)
            if scope == "whole" or number <= TRANSACTION_RECORDS:
                return [(where, number)]
        yield from _keeping(model.shard_key)
        rows = yield from _matching(model, where, limit, model.identity)
        parts = row_chunks(model, rows, TRANSACTION_RECORDS)
        return [(_named(model, part, where), len(part)) for part in parts]

    def _is_key(self, model: Model, updates: tuple[FieldUpdate, ...]) -> bool:
        """Whether updates change a key: one that other records have, or the shard key."""
        references = links_to_updated_keys(self._datamodel, model, updates)
        return bool(references) or changes_key(model, updates)


def _which(operation: UpdateRecords | DeleteRecords) -> tuple[Model, Filter, int | None]:
    return operation.model, operation.where, operation.limit


def _keeping(is_sharded: object) -> Generator[Step, Any, None]:
    """Begin the transaction in which records keep the shard keys that are read.

    It ends where portions begin, which have their own: there, a record whose key is changed
    meanwhile is not found any more.
    """
    if is_sharded:
        yield BeginTransaction(required=False)


def _named(model: Model, rows: Sequence[Row], where: Filter) -> Filter:
    """These records; those that still match, unless the filter needs other records for that."""
    named = by_rows(model, rows)
    if has_relations(where):
        return named
    return beside(named, where) if model.shard_key else both(named, where)


def _insert(model: Model, portion: Portion) -> CountPlan:
    """Create records by one command, all or none of them."""
    count = len(portion.documents)
    if count > 1:
        yield BeginTransaction(records=count, size=portion.size)
    if count:
        yield Insert(model, portion.documents, portion.encoded)
    return count


def _matching(
    model: Model, where: Filter, limit: int | None, fields: tuple[Field, ...] | None = None
) -> RowsPlan:
    """The records that match, at most `limit` of them."""
    if limit == 0:  # which a command takes for no limit
        return []
    rows: Rows = yield Find(model, where, limit=limit, fields=fields)
    return rows


def _count_matching(model: Model, wheres: Sequence[Filter]) -> CountPlan:
    count = 0
    for where in wheres:
        count += len((yield Find(model, where, fields=(model.id_field,))))
    return count


def _read_again(selected: Selected, ids: Sequence[Any]) -> RowsPlan:
    """The records with these ids, in the order of their ids."""
    model = selected.model
    fields = stored_fields(selected)
    order = (OrderKey((model.id_field.db_name,)),)
    found: Rows = []
    for portion in chunks(ids):
        found += yield Find(model, by_ids(model, portion), order, fields=fields)
    yield from attach(selected, found)
    return found


def _sets_unique(model: Model, updates: tuple[FieldUpdate, ...]) -> bool:
    names = {update.path[0] for update in updates}
    return any(field.db_name in names for members in model.uniques.values() for field in members)
