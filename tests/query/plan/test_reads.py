"""plan: the steps of reads, driven by hand without any store."""

from __future__ import annotations

import pytest
from prisma.errors import RecordNotFoundError

from prismongo.query.nodes.filters import Compare, In
from prismongo.query.nodes.requests import Selection
from prismongo.query.nodes.rows import Row, Unreadable
from prismongo.query.nodes.steps import Aggregate, CountPerParent, Find, FindPerParent, Group
from prismongo.schema import parse
from tests.query.plan.driving import KEY, OTHER, drive, included, kinds, plan, user, where_of
from tests.query.schemas import ID, datamodel


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


def test_nothing_is_included_in_nothing() -> None:
    steps, _ = drive(plan("findMany", "User", {}, included("posts")), [])
    assert kinds(steps) == [Find]


def test_an_empty_key_is_not_looked_for() -> None:
    steps, (row,) = drive(plan("findMany", "User", {}, included("group")), [user(groupId=None)])
    assert kinds(steps) == [Find]
    assert row["\0group"] is None


def test_a_child_whose_key_is_a_list_belongs_to_those_whose_key_is_in_it() -> None:
    parents = [user(), {"_id": OTHER}]
    children: list[Row] = [{"_id": 1, "author": [KEY, None]}]
    _, (first, second) = drive(plan("findMany", "User", {}, included("posts")), parents, children)
    assert [type(row) for row in first["\0posts"]] == [Unreadable]
    assert second["\0posts"] == []


def test_what_has_no_key_has_no_part_of_a_key_that_is_a_list() -> None:
    parents = [user(groupId=OTHER), user(groupId=None)]
    children: list[Row] = [{"_id": [OTHER, None]}]
    _, (first, second) = drive(plan("findMany", "User", {}, included("group")), parents, children)
    assert type(first["\0group"]) is Unreadable
    assert second["\0group"] is None


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


SHOP = """
datasource db {{
  provider = "mongodb"
  url      = "x"
}}
{shard}
model Customer {{
  id     Int     @id @map("_id")
  code   Int     @unique
  orders Order[]
  coded  Order[] @relation("code")
}}
model Order {{
  id         Int      @id @map("_id")
  customerId Int
  customer   Customer @relation(fields: [customerId], references: [id])
  code       Int
  coded      Customer @relation("code", fields: [code], references: [code])
}}
"""


@pytest.mark.parametrize(
    ("relation", "shard", "limit"),
    [("customer", "", 2), ("coded", "", None), ("customer", "/// @shardKey([code])", None)],
)
def test_records_by_their_ids_are_as_many_as_these(
    relation: str, shard: str, limit: int | None
) -> None:
    orders = [{"_id": number, "customerId": number % 2, "code": number % 2} for number in range(5)]
    selected = Selection(relation, selections=(Selection("id"),))
    schema = parse(SHOP.format(shard=shard))
    steps, _ = drive(
        plan("findMany", "Order", {}, selected, schema=schema),
        orders,
        [{"_id": 0, "code": 0}, {"_id": 1, "code": 1}],
    )
    assert isinstance(steps[1], Find)
    assert steps[1].limit == limit


def test_records_that_refer_to_others_may_be_more() -> None:
    selected = Selection("orders", selections=(Selection("id"),))
    made = plan("findMany", "Customer", {}, selected, schema=parse(SHOP.format(shard="")))
    steps, _ = drive(made, [{"_id": 0}], [{"_id": 1, "customerId": 0}, {"_id": 2, "customerId": 0}])
    assert isinstance(steps[1], Find)
    assert steps[1].limit is None
