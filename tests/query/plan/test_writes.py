"""plan: the steps of writes, driven by hand without any store."""

from __future__ import annotations

from typing import Final

import pytest
from prisma.errors import DataError, RecordNotFoundError, UniqueViolationError

from prismongo.engine.drive import together
from prismongo.errors import data_error
from prismongo.query.nodes.filters import In
from prismongo.query.nodes.operations import FindPage
from prismongo.query.nodes.requests import Request
from prismongo.query.nodes.steps import (
    BeginTransaction,
    DeleteMany,
    DeleteOne,
    Find,
    Insert,
    UpdateMany,
    UpdateOne,
)
from prismongo.query.plan.planner import Planner
from prismongo.query.plan.write import UPSERT_ATTEMPTS
from prismongo.query.validate.validator import Validator
from tests.query.plan.driving import KEY, drive, kinds, plan, user
from tests.query.schemas import ID, datamodel

# --- writes of one record ---

NEW: Final = {"email": "a", "id": ID}
WHERE: Final = {"where": {"id": ID}}
DUPLICATE: Final = data_error("P2002", "duplicate")


def test_a_create_is_one_step() -> None:
    steps, rows = drive(plan("createOne", "User", {"data": NEW}), None)
    (insert,) = steps
    assert isinstance(insert, Insert)
    assert rows == list(insert.documents)


def test_an_update_is_one_step() -> None:
    steps, rows = drive(plan("updateOne", "User", WHERE | {"data": {"age": 2}}), user(age=2))
    assert kinds(steps) == [UpdateOne]
    assert rows == [user(age=2)]


def test_an_update_of_nothing_reads() -> None:
    steps, _ = drive(plan("updateOne", "User", WHERE | {"data": {}}), [user()])
    assert kinds(steps) == [Find]


def test_an_update_of_what_is_not_there() -> None:
    with pytest.raises(RecordNotFoundError):
        drive(plan("updateOne", "User", WHERE | {"data": {"age": 2}}), None)


def test_a_delete_is_one_step_where_nobody_refers_to_the_record() -> None:
    steps, rows = drive(plan("deleteOne", "Topic", WHERE), {"_id": KEY})
    assert kinds(steps) == [DeleteOne]
    assert rows == [{"_id": KEY}]


def test_a_delete_of_what_others_refer_to_looks_at_them_first() -> None:
    steps, _ = drive(plan("deleteOne", "User", WHERE), [user()], [], user())
    assert kinds(steps) == [Find, Find, DeleteOne]
    with pytest.raises(DataError) as caught:
        drive(plan("deleteOne", "User", WHERE), [user()], [{"_id": 1}])
    assert caught.value.code == "P2014"


def test_a_delete_that_empties_keys_is_atomic() -> None:
    steps, _ = drive(plan("deleteOne", "Group", WHERE), [{"_id": KEY}], [user()], 1, {"_id": KEY})
    assert kinds(steps) == [Find, Find, BeginTransaction, UpdateMany, DeleteOne]


UPSERT: Final = WHERE | {"create": NEW, "update": {"age": 2}}


def test_an_upsert_of_what_is_there_is_one_step() -> None:
    steps, rows = drive(plan("upsertOne", "User", UPSERT), user(age=2))
    assert kinds(steps) == [UpdateOne]
    assert rows == [user(age=2)]


def test_an_upsert_creates_what_is_not_there() -> None:
    steps, _ = drive(plan("upsertOne", "User", UPSERT), None, None)
    assert kinds(steps) == [UpdateOne, Insert]


def test_an_upsert_that_lost_a_race_starts_again() -> None:
    steps, rows = drive(plan("upsertOne", "User", UPSERT), None, DUPLICATE, user(age=2))
    assert kinds(steps) == [UpdateOne, Insert, UpdateOne]
    assert rows == [user(age=2)]


def test_an_upsert_gives_up_where_another_unique_is_taken() -> None:
    answers = [None, DUPLICATE] * UPSERT_ATTEMPTS
    with pytest.raises(UniqueViolationError):
        drive(plan("upsertOne", "User", UPSERT), *answers)


# --- writes of several records ---


def test_several_new_records_are_atomic() -> None:
    assert kinds(drive(plan("createMany", "User", {"data": [NEW]}), None)[0]) == [Insert]
    assert kinds(drive(plan("createMany", "User", {"data": [NEW, NEW]}), None)[0]) == [
        BeginTransaction,
        Insert,
    ]


def test_no_records_are_no_steps() -> None:
    assert drive(plan("createMany", "User", {"data": []})) == ([], 0)


def test_an_update_of_many_is_one_step() -> None:
    steps, count = drive(plan("updateMany", "User", {"data": {"age": 1}}), 7)
    assert kinds(steps) == [UpdateMany]
    assert count == 7


def test_a_delete_of_many_is_one_step_where_nobody_refers_to_them() -> None:
    steps, count = drive(plan("deleteMany", "Topic", {}), 7)
    assert kinds(steps) == [DeleteMany]
    assert count == 7


def test_a_relation_filter_of_a_write_is_read_first() -> None:
    where = {"author": {"is": {"age": 1}}}
    steps, _ = drive(plan("deleteMany", "Post", {"where": where}), [{"_id": 1}, {"_id": 2}], 2)
    assert kinds(steps) == [Find, DeleteMany]
    assert steps[1] == DeleteMany(datamodel().model["Post"], In(("_id",), (1, 2)))


def test_a_nested_create_is_atomic_and_read_again() -> None:
    data = NEW | {"posts": {"create": [{"title": "t"}, {"title": "u"}]}}
    steps, _ = drive(plan("createOne", "User", {"data": data}), None, None, [user()])
    assert kinds(steps) == [BeginTransaction, Insert, Insert, Find]
    children = steps[2]
    assert isinstance(children, Insert)
    assert [document["author"] for document in children.documents] == [KEY, KEY]


def test_a_connect_by_the_records_own_key_touches_it_alone() -> None:
    data = NEW | {"group": {"connect": {"id": ID}}}
    steps, _ = drive(plan("createOne", "User", {"data": data}), [{"_id": KEY}], None, [user()])
    assert kinds(steps) == [Find, Insert, Find]
    insert = steps[1]
    assert isinstance(insert, Insert)
    assert insert.documents[0]["groupId"] == KEY


def test_several_plans_are_kept_or_dropped_together() -> None:
    plans = [plan("createOne", "User", {"data": NEW}), plan("deleteOne", "Topic", WHERE)]
    steps, answers = drive(together(plans), None, {"_id": KEY})
    assert kinds(steps) == [BeginTransaction, Insert, DeleteOne]
    assert len(answers) == 2
    assert kinds(drive(together([plan("findMany", "User", {})]), [])[0]) == [Find]


def test_an_operation_can_be_planned_twice() -> None:
    """An own transaction that met a write conflict starts from the operation again."""
    operation = Validator(datamodel()).validate(Request("findMany", "User", {}))
    assert isinstance(operation, FindPage)
    planner = Planner(datamodel())
    assert drive(planner.plan(operation), [])[0] == drive(planner.plan(operation), [])[0]
