"""plan, writes of many records: createMany, updateMany, deleteMany, and those that answer records.

One command writes all of them where one is enough; `write.py` has the writes of single records.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import Any

from prismongo.query.nodes.filters import Filter, both, has_relations
from prismongo.query.nodes.operations import (
    CreateMany,
    CreateManyAndReturn,
    DeleteRecords,
    RecordUpdates,
    UpdateRecords,
    UpdateRecordsAndReturn,
)
from prismongo.query.nodes.selections import Selected
from prismongo.query.nodes.shard_keys import changes_key
from prismongo.query.nodes.steps import (
    Atomic,
    CountPlan,
    DeleteMany,
    FieldUpdate,
    Find,
    Insert,
    OrderKey,
    Rows,
    RowsPlan,
    Step,
    UpdateMany,
)
from prismongo.query.plan.links import beside, by_ids, by_rows, chunks, ids_of
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

    def create(self, operation: CreateMany) -> CountPlan:
        """Create records by one command → how many."""
        documents = operation.documents
        if not documents:
            return 0
        if len(documents) > 1:
            yield Atomic()
        yield Insert(operation.model, documents)
        return len(documents)

    def create_and_return(self, operation: CreateManyAndReturn) -> RowsPlan:
        """Create records → their selected fields and relations, in the order of the input."""
        yield from self.create(operation.created)
        rows = [dict(document) for document in operation.created.documents]
        yield from attach(operation.selected, rows)
        return rows

    # --- update ---

    def update(self, operation: UpdateRecords) -> CountPlan:
        """Change the records that match → how many matched."""
        model, updates = operation.model, operation.updates
        if self._is_key(model, updates):
            return (yield from self._update_each(operation))
        wheres = yield from self._narrowed(model, operation.where, operation.limit)
        if not updates:
            return (yield from _count_matching(model, wheres))
        if len(wheres) > 1 or _sets_unique(model, updates):
            yield Atomic(required=False)
        count = 0
        for where in wheres:
            count += yield UpdateMany(model, where, updates)
        return count

    def _update_each(self, operation: UpdateRecords) -> CountPlan:
        if operation.model.shard_key:  # the records must keep the keys that are read
            yield Atomic(required=False)
        rows = yield from _matching(operation.model, operation.where, operation.limit)
        if rows:
            yield Atomic()
        data = RecordUpdates(operation.model, operation.updates)
        yield from self._writes.update_rows(rows, data)
        return len(rows)

    def update_and_return(self, operation: UpdateRecordsAndReturn) -> RowsPlan:
        """Change records → their selected fields and relations as they are then.

        One transaction finds them, changes them and reads them again: so the answer has exactly
        the records that were changed.
        """
        updated = operation.updated
        model, where, updates = updated.model, updated.where, updated.updates
        is_key = self._is_key(model, updates)
        yield Atomic(required=is_key)
        fields = None if is_key else model.identity
        rows = yield from _matching(model, where, updated.limit, fields)
        yield from self._writes.update_rows(rows, RecordUpdates(model, updates))
        return (yield from _read_again(operation.selected, ids_of(model, rows)))

    # --- delete ---

    def delete(self, operation: DeleteRecords) -> CountPlan:
        """Delete the records that match → how many."""
        model, where, limit = operation.model, operation.where, operation.limit
        if not dependents(self._datamodel, model):
            count = 0
            for each in (yield from self._narrowed(model, where, limit)):
                count += yield DeleteMany(model, each)
            return count
        if self._is_sharded:  # the records must keep the keys that are read
            yield Atomic(required=False)
        fields = needed_fields(self._datamodel, model)
        rows = yield from _matching(model, where, limit, fields)
        return (yield from self._writes.delete_rows(model, rows))

    def _narrowed(
        self, model: Model, where: Filter, limit: int | None
    ) -> Generator[Step, Any, list[Filter]]:
        """The filter; or filters by id, if it has relations or there is a limit.

        With a limit the filter stays beside the ids: a record may have been changed meanwhile.
        """
        if limit is None and not has_relations(where):
            return [where]
        if model.shard_key:  # the records must keep the keys that are read
            yield Atomic(required=False)
        rows = yield from _matching(model, where, limit, model.identity)
        wheres = [by_rows(model, portion) for portion in chunks(rows)]
        if has_relations(where):
            return wheres
        join = beside if model.shard_key else both
        return [join(each, where) for each in wheres]

    def _is_key(self, model: Model, updates: tuple[FieldUpdate, ...]) -> bool:
        """Whether updates change a key: one that other records have, or the shard key."""
        references = links_to_updated_keys(self._datamodel, model, updates)
        return bool(references) or changes_key(model, updates)


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
