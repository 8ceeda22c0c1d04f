"""plan: the steps of an operation, driven by hand without any store.

Past 400 lines: plans written out step by step, which share their hands.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import pytest
from bson import ObjectId
from prisma.errors import DataError, RecordNotFoundError, UniqueViolationError

from prismongo.engine.drive import together
from prismongo.errors import data_error
from prismongo.query.nodes.filters import EVERYTHING, Compare, Filter, In
from prismongo.query.nodes.operations import FindPage
from prismongo.query.nodes.requests import Action, Request, Selection
from prismongo.query.nodes.steps import (
    ORDER_VALUES,
    Aggregate,
    Atomic,
    CountPerParent,
    DeleteMany,
    DeleteOne,
    Find,
    FindPerParent,
    Group,
    Insert,
    OrderKey,
    Plan,
    Row,
    Step,
    UpdateMany,
    UpdateOne,
)
from prismongo.query.plan.page import is_index_ordered
from prismongo.query.plan.planner import Planner
from prismongo.query.plan.write import UPSERT_ATTEMPTS
from prismongo.query.validate.validator import Validator
from prismongo.schema import Datamodel, parse
from tests.query.schemas import ID, datamodel

Arguments = dict[str, Any]

KEY: Final = ObjectId(ID)
OTHER: Final = ObjectId(ID[::-1])


def plan(
    action: Action,
    model: str,
    arguments: Arguments,
    *selections: Selection,
    schema: Datamodel | None = None,
) -> Plan:
    schema = schema or datamodel()
    request = Request(action, model, arguments, selections)
    return Planner(schema).plan(Validator(schema).validate(request))


def drive(plan: Plan, *answers: Any) -> tuple[list[Step], Any]:
    """The steps of a plan, and what it answers; an answer that is an error is thrown in."""
    steps: list[Step] = []
    given = iter(answers)
    try:
        step = next(plan)
        while True:
            steps.append(step)
            answer = None if isinstance(step, Atomic) else next(given)
            step = plan.throw(answer) if isinstance(answer, Exception) else plan.send(answer)
    except StopIteration as end:
        assert list(given) == []
        return steps, end.value


def kinds(steps: Sequence[Step]) -> list[type[Step]]:
    return [type(step) for step in steps]


def included(name: str, *inner: Selection, **arguments: Any) -> Selection:
    return Selection(name, arguments, (Selection("id"), *inner))


def user(**values: Any) -> Row:
    return {"_id": KEY, "email": "a", **values}


# --- reads ---


def test_a_read_is_one_step_with_the_fields_that_are_selected() -> None:
    model = datamodel().model["User"]
    steps, rows = drive(plan("findMany", "User", {"where": {"age": 1}}, Selection("big")), [])
    fields = (model.by_name["big"], model.by_name["id"])
    assert steps == [Find(model, Compare(("age",), "eq", 1), fields=fields)]
    assert rows == []


def test_a_unique_is_one_step() -> None:
    steps, rows = drive(plan("findUnique", "User", {"where": {"id": ID}}), [user()])
    (find,) = steps
    assert isinstance(find, Find)
    assert (find.where, find.limit, find.order) == (Compare(("_id",), "eq", KEY), 1, ())
    assert rows == [user()]


def test_a_record_that_must_exist() -> None:
    with pytest.raises(RecordNotFoundError):
        drive(plan("findUniqueOrThrow", "User", {"where": {"id": ID}}), [])


def test_an_include_is_one_step_a_level_with_each_key_once() -> None:
    posts = included("posts", included("author"))
    parents = [user(), {"_id": OTHER}]
    children = [{"_id": 1, "author": KEY}, {"_id": 2, "author": KEY}]
    asked = plan("findMany", "User", {}, Selection("id"), posts)
    steps, (first, second) = drive(asked, parents, children, [user()])
    assert kinds(steps) == [Find, Find, Find]
    assert where_of(steps[1]) == In(("author",), (KEY, OTHER))
    assert where_of(steps[2]) == Compare(("_id",), "eq", KEY)
    assert [row["_id"] for row in first["\0posts"]] == [1, 2]
    assert first["\0posts"][0]["\0author"]["_id"] == KEY
    assert second["\0posts"] == []


def where_of(step: Step) -> Filter:
    assert isinstance(step, Find)
    return step.where


def test_nothing_is_included_in_nothing() -> None:
    steps, _ = drive(plan("findMany", "User", {}, included("posts")), [])
    assert kinds(steps) == [Find]


def test_an_empty_key_is_not_looked_for() -> None:
    steps, (row,) = drive(plan("findMany", "User", {}, included("group")), [user(groupId=None)])
    assert kinds(steps) == [Find]
    assert row["\0group"] is None


def test_a_many_to_many_keeps_the_order_that_was_asked_for() -> None:
    topics = included("topics", orderBy={"id": "desc"})
    parents = [user(topicIds=[1, 2, 3]), {"_id": OTHER, "topicIds": [3, 9]}]
    children: list[Row] = [{"_id": 3}, {"_id": 2}, {"_id": 1}]
    _, rows = drive(plan("findMany", "User", {}, topics), parents, children)
    assert [[child["_id"] for child in row["\0topics"]] for row in rows] == [[3, 2, 1], [3]]


def test_a_page_of_several_parents_is_cut_for_each() -> None:
    posts = included("posts", take=2)
    pairs = [(OTHER, {"_id": 1}), (KEY, {"_id": 2})]
    steps, rows = drive(plan("findMany", "User", {}, posts), [user(), {"_id": OTHER}], pairs)
    assert kinds(steps) == [Find, FindPerParent]
    assert [row["\0posts"] for row in rows] == [[{"_id": 2}], [{"_id": 1}]]


def test_counts_of_all_parents_are_one_step() -> None:
    counts = Selection("_count", {}, (Selection("posts"),))
    steps, rows = drive(plan("findMany", "User", {}, counts), [user(), {"_id": OTHER}], {KEY: 3})
    assert kinds(steps) == [Find, CountPerParent]
    assert [row["\0_count"] for row in rows] == [{"posts": 3}, {"posts": 0}]


def test_a_count_and_a_group_are_one_step() -> None:
    steps, row = drive(plan("aggregate", "User", {}, Selection("_count")), {"count__all": 3})
    assert kinds(steps) == [Aggregate]
    assert row == {"count__all": 3}
    steps, _ = drive(plan("groupBy", "User", {"by": ["age"]}, Selection("age")), [])
    assert kinds(steps) == [Group]


# --- pages ---

ORDERED: Final = parse(
    """
    datasource db {
      provider = "mongodb"
      url      = env("DATABASE_URL")
    }

    model Row {
      id    Int     @id @map("_id")
      level Int
      name  String  @unique
      extra String?
      tags  String[]

      @@index([level])
      @@index([extra, level(sort: Desc)])
      @@index([tags])
    }
    """
)
ROW: Final = ORDERED.model["Row"]
LEVEL: Final = OrderKey(("level",))
BY_ID: Final = OrderKey(("_id",))


def rows_plan(**arguments: Any) -> Plan:
    return plan("findMany", "Row", arguments, schema=ORDERED)


def found(*rows: tuple[int, int]) -> list[Row]:
    return [{"_id": number, "level": level} for number, level in rows]


def test_nothing_is_asked_for_no_records() -> None:
    assert drive(rows_plan(take=0)) == ([], [])


def test_a_whole_list_has_the_order_that_was_asked_for_alone() -> None:
    steps, _ = drive(rows_plan(orderBy={"level": "asc"}), [])
    assert steps == [Find(ROW, order=(LEVEL,))]


def test_a_page_is_ordered_by_id_where_nothing_is_said() -> None:
    steps, _ = drive(rows_plan(take=2, skip=1), [])
    assert steps == [Find(ROW, order=(BY_ID,), skip=1, limit=2)]


def test_a_unique_orders_a_page_alone() -> None:
    steps, _ = drive(rows_plan(take=2, orderBy={"name": "asc"}), [])
    assert steps == [Find(ROW, order=(OrderKey(("name",)),), limit=2)]


def test_the_last_records_are_the_first_backwards() -> None:
    steps, rows = drive(rows_plan(take=-2), found((9, 0), (8, 0)))
    assert steps == [Find(ROW, order=(OrderKey(("_id",), descending=True),), limit=2)]
    assert [row["_id"] for row in rows] == [8, 9]


def test_a_cursor_is_looked_up_and_left_behind() -> None:
    at_cursor = [{"_id": 5, "name": "e", ORDER_VALUES: ["e"]}]
    asked = rows_plan(take=2, skip=1, orderBy={"name": "asc"}, cursor={"id": 5})
    (look_up, page), _ = drive(asked, at_cursor, [])
    assert isinstance(look_up, Find)
    assert (look_up.where, look_up.limit) == (Compare(("_id",), "eq", 5), 1)
    order = (OrderKey(("name",)),)
    assert page == Find(ROW, order=order, after=("e",), after_inclusive=False, limit=2)


def test_a_cursor_that_does_not_match_still_has_a_place() -> None:
    where = {"level": {"gt": 3}}
    asked = rows_plan(take=2, skip=1, where=where, cursor={"id": 5})
    steps, _ = drive(asked, [], [{"_id": 5, ORDER_VALUES: [5]}], [])
    page = steps[-1]
    assert len(steps) == 3
    assert isinstance(page, Find)
    assert (page.after, page.after_inclusive, page.skip) == ((5,), True, 1)


def test_nothing_stands_behind_a_cursor_that_is_not_there() -> None:
    steps, rows = drive(rows_plan(take=2, cursor={"id": 5}), [], [])
    assert len(steps) == 2
    assert rows == []


def test_a_page_by_an_index_reads_one_more_to_see_ties() -> None:
    steps, rows = drive(rows_plan(take=2, orderBy={"level": "asc"}), found((2, 1), (1, 1), (3, 2)))
    assert steps == [Find(ROW, order=(LEVEL, BY_ID), limit=3, skip_id_sort=True)]
    assert [row["_id"] for row in rows] == [1, 2]


def test_a_tie_at_the_end_of_a_page_is_read_by_id() -> None:
    read = found((1, 0), (9, 1), (8, 1))
    steps, rows = drive(rows_plan(take=2, orderBy={"level": "asc"}), read, found((7, 1)))
    assert steps[1] == Find(ROW, Compare(("level",), "eq", 1), (BY_ID,), limit=1)
    assert [row["_id"] for row in rows] == [1, 7]


def test_a_tie_with_the_cursor_begins_behind_it() -> None:
    asked = rows_plan(take=1, skip=1, orderBy={"level": "desc"}, cursor={"id": 5})
    at_cursor = [{"_id": 5, "level": 1, ORDER_VALUES: [1, 5]}]
    steps, _ = drive(asked, at_cursor, found((8, 1), (6, 1)), found((6, 1)))
    share = where_of(steps[2])
    assert Compare(("_id",), "gt", 5) in getattr(share, "filters", ())


SERVED: Final[dict[str, tuple[Filter, tuple[str, ...], bool]]] = {
    "by the id": (EVERYTHING, ("_id",), True),
    "by an index": (EVERYTHING, ("level",), True),
    "backwards": (EVERYTHING, ("-level",), True),
    "by a unique": (EVERYTHING, ("name",), True),
    "by all of a compound": (EVERYTHING, ("extra", "-level"), True),
    "by all of it backwards": (EVERYTHING, ("-extra", "level"), True),
    "in other directions": (EVERYTHING, ("extra", "level"), False),
    "in another sequence": (EVERYTHING, ("level", "extra"), False),
    "by its second key": (Compare(("extra",), "eq", "a"), ("level",), True),
    "without its first key": (Compare(("extra",), "eq", None), ("-level", "name"), False),
    "behind a range": (Compare(("extra",), "gt", "a"), ("name", "level"), False),
    "by a list": (EVERYTHING, ("tags",), False),
    "by nothing": (EVERYTHING, ("level", "_id"), False),
}


@pytest.mark.parametrize(("where", "keys", "expected"), SERVED.values(), ids=SERVED)
def test_which_orders_an_index_serves(where: Filter, keys: tuple[str, ...], expected: bool) -> None:
    order = [OrderKey((key.removeprefix("-"),), descending=key.startswith("-")) for key in keys]
    assert is_index_ordered(ROW, where, order) is expected


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
    assert kinds(steps) == [Find, Find, Atomic, UpdateMany, DeleteOne]


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
        Atomic,
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
    assert kinds(steps) == [Atomic, Insert, Insert, Find]
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
    assert kinds(steps) == [Atomic, Insert, DeleteOne]
    assert len(answers) == 2
    assert kinds(drive(together([plan("findMany", "User", {})]), [])[0]) == [Find]


def test_an_operation_can_be_planned_twice() -> None:
    """An own transaction that met a write conflict starts from the operation again."""
    operation = Validator(datamodel()).validate(Request("findMany", "User", {}))
    assert isinstance(operation, FindPage)
    planner = Planner(datamodel())
    assert drive(planner.plan(operation), [])[0] == drive(planner.plan(operation), [])[0]
