"""plan, writes: one command if one record is written, otherwise one transaction.

`BeginTransaction` is yielded before the first write of an operation that may write more than one
record. The reads before it are not part of the transaction.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import Any, Final, assert_never

from prisma.errors import UniqueViolationError

from prismongo.errors import TransactionError, data_error
from prismongo.query.nodes.filters import Filter, has_relations
from prismongo.query.nodes.limits import UNCOUNTED
from prismongo.query.nodes.operations import (
    CreateOne,
    DeleteRecord,
    NewRecord,
    RecordUpdates,
    UpdateRecord,
    UpsertRecord,
)
from prismongo.query.nodes.rows import Row, Rows
from prismongo.query.nodes.selections import Selected
from prismongo.query.nodes.shard_keys import missing_key_fields, moves
from prismongo.query.nodes.steps import (
    BeginTransaction,
    CountPlan,
    DeleteOne,
    Find,
    Insert,
    LostRaceError,
    RowsPlan,
    Step,
    UpdateMany,
    UpdateOne,
    WritePlan,
)
from prismongo.query.nodes.updates import FieldUpdate
from prismongo.query.plan.links import (
    CHUNK,
    by_ids,
    by_rows,
    ids_of,
    row_chunks,
    with_updated_at,
)
from prismongo.query.plan.nested import NestedWritePlanner
from prismongo.query.plan.one import delete_one, update_one
from prismongo.query.plan.portions import Scope, run_writes
from prismongo.query.plan.read import attach, read_first, stored_fields
from prismongo.query.plan.referential import (
    Deletion,
    deletes,
    dependents,
    expected_row,
    have_same_keys,
    links_to_updated_keys,
    on_update_steps,
)
from prismongo.schema.datamodel import Datamodel, Model

UPSERT_ATTEMPTS: Final = 5
"""How often an upsert is tried if other writers create and delete the record."""


class WritePlanner:
    """Plans writes on one datamodel."""

    def __init__(self, datamodel: Datamodel) -> None:
        self._datamodel = datamodel
        self._is_sharded = any(model.shard_key for model in datamodel.models)
        self._nested = NestedWritePlanner(datamodel, self)

    # --- writes that are one step ---

    def is_one_step(self, operation: CreateOne | UpdateRecord | DeleteRecord) -> bool:
        """Whether one step does it, if nothing is nested in the data and no key changes."""
        selected = operation.selected
        if selected.relations:
            return False
        match operation:
            case CreateOne():
                return True
            case UpdateRecord():
                return _is_found_at_once(selected.model, operation.unique.filter)
            case DeleteRecord():
                alone = not dependents(self._datamodel, selected.model)
                return alone and _is_found_at_once(selected.model, operation.unique.filter)
            case _:
                assert_never(operation)

    def keys(self, model: Model) -> frozenset[str]:
        """The stored names of the fields that other records refer to, or that place the record.

        The id is not among them, since it is never updated.
        """
        links = dependents(self._datamodel, model)
        referred = [field for link in links for field in link.local]
        keys = (*referred, *model.shard_fields)
        return frozenset([field.db_name for field in keys if not field.is_id])

    # --- create ---

    def create_one(self, operation: CreateOne) -> RowsPlan:
        """Create a record → its selected fields and relations."""
        record, selected = operation.record, operation.selected
        row = yield from self.create(record)
        return (yield from self._answer(selected, row, fresh=not record.writes))

    def create(self, record: NewRecord) -> Generator[Step, Any, Row]:
        """Create a record, with its nested writes → its document."""
        if not self._nested.touches_one(record.writes):
            yield from self._nested.begin(record.writes)
        outer = yield from self._nested.prepare(record.writes, None)
        keys = {update.path[0]: update.value for update in outer.key_updates}
        document = record.document | keys
        yield Insert(record.model, (document,))
        yield from outer.run_follow_ups(document)
        return document

    # --- update ---

    def update_one(self, operation: UpdateRecord) -> RowsPlan:
        """Update a record → its selected fields and relations."""
        unique, data, selected = operation.unique, operation.data, operation.selected
        if self._is_simple(data) and not has_relations(unique.filter):
            if data.updates:
                fields = stored_fields(selected)
                row = yield from update_one(data.model, unique.filter, data.updates, fields)
                rows = [] if row is None else [row]
                yield from attach(selected, rows)
            else:
                rows = yield from read_first(unique.filter, selected)
            if not rows:
                raise not_found("Record to update not found.", data.model)
            return rows
        return (yield from self._update_nested(unique.filter, data, selected))

    def _update_nested(self, where: Filter, data: RecordUpdates, selected: Selected) -> RowsPlan:
        if not self._nested.touches_one(data.writes) or self._updates_key(data):
            yield from self._nested.begin(data.writes)
        elif data.model.shard_key:  # the record must keep the key that is read
            yield BeginTransaction(required=False)
        rows = yield Find(data.model, where, limit=1)
        if not rows:
            raise not_found("Record to update not found.", data.model)
        row = yield from self.update_row(rows[0], data)
        return (yield from self._answer(selected, row, fresh=False))

    def update_row(self, row: Row, data: RecordUpdates) -> Generator[Step, Any, Row]:
        """Change one record that was read, with its nested writes → its row after."""
        outer = yield from self._nested.prepare(data.writes, row)
        updates: list[FieldUpdate] = [*data.updates, *outer.key_updates]
        after = row
        if updates:
            after = yield from self._update_own(
                row, data.model, with_updated_at(data.model, updates)
            )
        yield from outer.run_follow_ups(after)
        return after

    def _update_own(
        self, row: Row, model: Model, updates: tuple[FieldUpdate, ...]
    ) -> Generator[Step, Any, Row]:
        """Update the record itself, and the records that refer to a key that changes.

        A Restrict is checked before anything is written.
        """
        is_key = bool(links_to_updated_keys(self._datamodel, model, updates))
        expected = expected_row(row, updates) if is_key else row
        steps = (
            (yield from on_update_steps(self._datamodel, model, row, expected)) if is_key else []
        )
        after = yield UpdateOne(model, by_rows(model, [row]), updates)
        if after is None:
            raise not_found("Record to update not found.", model)
        if is_key and not have_same_keys(self._datamodel, model, after, expected):
            steps = yield from on_update_steps(self._datamodel, model, row, after)
        yield from run_steps(steps)
        result: Row = after
        return result

    def update_rows(self, rows: Rows, data: RecordUpdates) -> WritePlan:
        """Apply the same updates to records that were read."""
        if self._updates_key(data) or moves(data):
            if len(rows) > UNCOUNTED:
                yield BeginTransaction(records=len(rows))
            for row in rows:
                yield from self.update_row(row, data)
        elif data.updates:
            if len(rows) > UNCOUNTED:
                yield BeginTransaction(required=False, records=len(rows))
            for part in row_chunks(data.model, rows, CHUNK):
                yield UpdateMany(data.model, by_rows(data.model, part), data.updates)

    # --- upsert ---

    def upsert_one(self, operation: UpsertRecord) -> RowsPlan:
        """Update the record, or create it if it does not exist → its selected fields."""
        if operation.create.writes or not self._is_simple(operation.update):
            return (yield from self._upsert_nested(operation))
        model, where = operation.create.model, operation.unique.filter
        conflict: UniqueViolationError | None = None
        for _ in range(UPSERT_ATTEMPTS):
            try:
                row = yield from self._update_or_find(model, where, operation.update.updates)
            except TransactionError:
                if conflict is not None:  # which has aborted the transaction we are in
                    raise conflict from None
                raise
            if row is not None:
                return (yield from self._answer(operation.selected, row, fresh=True))
            try:
                row = yield from self.create(operation.create)
            except UniqueViolationError as error:
                conflict = error
            else:
                return (yield from self._answer(operation.selected, row, fresh=True))
        raise conflict or AssertionError("an upsert starts again only after a conflict")

    def _update_or_find(
        self, model: Model, where: Filter, updates: tuple[FieldUpdate, ...]
    ) -> Generator[Step, Any, Row | None]:
        if updates and not has_relations(where):
            row: Row | None = yield UpdateOne(model, where, updates)
            return row
        found: Rows = yield Find(model, where, limit=1)
        if not found or not updates:
            return next(iter(found), None)
        return (yield from self.update_row(found[0], RecordUpdates(model, updates)))

    def _upsert_nested(self, operation: UpsertRecord) -> RowsPlan:
        model = operation.create.model
        is_one = not operation.create.writes and not operation.update.writes
        yield BeginTransaction(required=not is_one or self._updates_key(operation.update))
        rows = yield Find(model, operation.unique.filter, limit=1)
        if rows:
            row = yield from self.update_row(rows[0], operation.update)
        else:
            try:
                row = yield from self.create(operation.create)
            except UniqueViolationError as error:
                raise LostRaceError(error) from error
        return (yield from self._answer(operation.selected, row, fresh=False))

    # --- delete ---

    def delete_one(self, operation: DeleteRecord, scope: Scope) -> RowsPlan:
        """Delete a record → its selected fields and relations."""
        where, selected = operation.unique.filter, operation.selected
        model = selected.model
        alone = not dependents(self._datamodel, model) and not selected.relations
        if alone and not has_relations(where):
            row = yield from delete_one(model, where, stored_fields(selected))
            if row is None:
                raise not_found("Record to delete does not exist.", model)
            return [row]
        if self._is_sharded:  # the records must keep the keys that are read
            yield BeginTransaction(required=False)
        rows: Rows = yield Find(model, where, limit=1)
        if not rows:
            raise not_found("Record to delete does not exist.", model)
        steps = yield from Deletion(self._datamodel).of(model, rows)
        yield from attach(selected, rows)
        if steps:
            yield from run_writes(steps, scope, is_atomic=True)
        if (yield DeleteOne(model, by_rows(model, rows), (model.id_field,))) is None:
            raise not_found("Record to delete does not exist.", model)
        return rows

    def delete_rows(self, model: Model, rows: Rows, scope: Scope = "nested") -> CountPlan:
        """Delete records that were read, with the consequences → how many."""
        if not rows:
            return 0
        steps = yield from Deletion(self._datamodel).of(model, rows)
        last = deletes(model, rows)
        return (yield from run_writes([*steps, *last], scope, counted=last))

    # --- shared ---

    def _answer(self, selected: Selected, row: Row, *, fresh: bool) -> RowsPlan:
        """The row with its relations; it is read again if nested writes may have changed it."""
        model = selected.model
        if fresh:
            yield from attach(selected, [row])
            return [row]
        rows = yield from read_first(by_ids(model, ids_of(model, [row])), selected)
        if not rows:
            raise not_found("The record was deleted while it was written.", model)
        return rows

    def _is_simple(self, data: RecordUpdates) -> bool:
        return not data.writes and not self._updates_key(data) and not moves(data)

    def _updates_key(self, data: RecordUpdates) -> bool:
        return bool(links_to_updated_keys(self._datamodel, data.model, data.updates))


def rows_of(step: Insert | UpdateOne | DeleteOne, found: Row | None) -> Rows:
    """What a write of one step answers, of what the store found.

    Raises:
        prisma.errors.RecordNotFoundError: P2025, there was no record.
    """
    match step:
        case Insert(documents=documents):
            return list(documents)
        case UpdateOne() if found is None:
            raise not_found("Record to update not found.", step.model)
        case DeleteOne() if found is None:
            raise not_found("Record to delete does not exist.", step.model)
        case UpdateOne() | DeleteOne():
            return [] if found is None else [found]
        case _:
            assert_never(step)


def run_steps(steps: Sequence[Step]) -> WritePlan:
    """Run steps whose results are not needed."""
    for step in steps:  # noqa: UP028 - a list cannot be sent what the store found
        yield step


def _is_found_at_once(model: Model, where: Filter) -> bool:
    """Whether the write itself finds the record, without a read before it."""
    return not has_relations(where) and not missing_key_fields(model, where)


def not_found(cause: str, model: Model) -> Exception:
    """A record that the operation needs does not exist (P2025)."""
    return data_error(
        "P2025",
        "An operation failed because it depends on one or more records that were required but not "
        f"found. {cause}",
        {"cause": cause, "modelName": model.name},
    )
