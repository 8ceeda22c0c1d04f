"""plan: the steps of pages, and which orders an index serves."""

from __future__ import annotations

from typing import Any, Final

import pytest

from prismongo.query.nodes.filters import EVERYTHING, Compare, Filter
from prismongo.query.nodes.rows import Row
from prismongo.query.nodes.steps import ORDER_VALUES, Find, OrderKey, Plan
from prismongo.query.plan.page import is_index_ordered
from prismongo.schema import parse
from tests.query.plan.driving import drive, plan, where_of

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
      depth Int?

      @@index([level])
      @@index([depth(sort: Desc), id(sort: Desc)])
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
    steps, _ = drive(asked, at_cursor, found((2, 1), (4, 1)), found((4, 1)))
    share = where_of(steps[2])
    assert Compare(("_id",), "lt", 5) in getattr(share, "filters", ())


def test_ties_are_ordered_by_id_in_the_direction_of_the_last_key() -> None:
    order = [{"extra": "asc"}, {"level": "desc"}]
    (step,), _ = drive(rows_plan(take=2, skip=1, orderBy=order), [])
    by_id = OrderKey(("_id",), descending=True)
    keys = (OrderKey(("extra",)), OrderKey(("level",), descending=True), by_id)
    assert step == Find(ROW, order=keys, skip=1, limit=2)
    (step,), _ = drive(rows_plan(take=-2, skip=1, orderBy=order), [])
    backwards = tuple(OrderKey(key.path, not key.descending) for key in keys)
    assert step == Find(ROW, order=backwards, skip=1, limit=2)


def test_an_index_that_ends_with_the_id_orders_ties_alone() -> None:
    steps, _ = drive(rows_plan(take=2, orderBy={"depth": "desc"}), [])
    order = (OrderKey(("depth",), descending=True), OrderKey(("_id",), descending=True))
    assert steps == [Find(ROW, order=order, limit=2)]


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
