"""Push on a real server: what it makes, that it makes it once, what it finds and what it drops."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from prisma.errors import DataError
from pymongo import MongoClient
from pymongo.database import Database

from prismongo.errors import ConnectionError
from prismongo.schema import parse, push
from prismongo.stores.mongo.push.events import Done, Planned, PushEvent
from prismongo.stores.mongo.push.plan import (
    CreateCollection,
    CreateIndex,
    IndexDiffers,
    IndexesOnView,
    IndexNotInSchema,
)
from tests.project import SCHEMA
from tests.stores.mongo.push.schemas import ID, schema

Live = Database[dict[str, Any]]

EVERY_KIND: tuple[list[str], ...] = (
    ["name String @unique"],
    ["name String? @unique"],
    ["a Boolean? @unique", "b Int? @unique", "c Json? @unique", "d DateTime? @unique"],
    ["a Bytes? @unique", "b String? @unique @db.ObjectId", "c DateTime? @unique @db.Timestamp"],
    ["tags String[] @unique"],
    ['name String @map("full_name")', "@@index([name(sort: Desc)])"],
    ["a Int", "b Int?", "@@unique([a, b(sort: Desc)])", "@@index([b, a])", "@@index([a, id])"],
    ["a Json?", "b Json?", "@@unique([a, b])"],
    ["a Int", '@@index([a], map: "mine")'],
    ["address Address?", "@@index([address.street, address.zip])", "@@unique([address.zip])"],
    ["at Int", "t String", "s String", "@@fulltext([at(sort: Asc), t, s])"],
    ["t String", "@@fulltext([t])"],
    ["/// @ttl(3600)", "at DateTime"],
    ["at DateTime", "/// @ttl(0)", "@@index([at(sort: Desc)])"],
    ['/// @partial({"a": {"$gt": 5}, "b": {"$exists": true}})', "a Int @unique"],
    ["a Int?", "b Int?", '/// @partial({"b": 1})', "@@unique([a, b])"],
    ["a Int? @unique /// @sparse"],
    ['name String @unique /// @collation({"locale": "en", "strength": 2})'],
    ['name String? @unique /// @collation({"locale": "fr"})'],
    ["@@index([id])"],
    [],
)


def indexes(live: Live, collection: str = "User") -> dict[str, Any]:
    found = live[collection].index_information()
    return {name: index for name, index in found.items() if name != "_id_"}


async def test_indexes_are_made_by_prismas_names(live: Live, mongo_url: str) -> None:
    datamodel = schema(
        'name String @map("full_name")',
        "email String? @unique",
        "at DateTime",
        "@@index([name, at(sort: Desc)])",
        also=f'model Other {{\n{ID}\n@@map("others")\n}}',
    )

    pushed = await push(datamodel, mongo_url)

    assert sorted(live.list_collection_names()) == ["User", "others"]
    assert indexes(live) == {
        "User_email_key": {
            "v": 2,
            "key": [("email", 1)],
            "unique": True,
            "partialFilterExpression": {"email": {"$gte": ""}},
        },
        "User_full_name_at_idx": {"v": 2, "key": [("full_name", 1), ("at", -1)]},
    }
    assert len(pushed.done) == 4
    assert pushed.left == ()


@pytest.mark.parametrize("lines", EVERY_KIND, ids=" ".join)
async def test_every_kind_is_found_as_it_was_made(
    live: Live, mongo_url: str, lines: list[str]
) -> None:
    datamodel = schema(*lines)
    first = await push(datamodel, mongo_url)
    before = indexes(live)

    second = await push(datamodel, mongo_url, drop=True)

    made = [step for step in first.plan.steps if isinstance(step, CreateIndex)]
    assert second.plan.is_empty
    assert second.done == ()
    assert {step.index.name for step in made} == before.keys() == indexes(live).keys()


async def test_the_projects_schema_is_pushed_once(live: Live, mongo_url: str) -> None:
    datamodel = parse(SCHEMA.read_text(encoding="utf-8"))

    first = await push(datamodel, mongo_url)
    second = await push(datamodel, mongo_url)

    assert len(live.list_collection_names()) == len(datamodel.models)
    assert first.left == ()
    assert second.plan.is_empty


async def test_a_dry_run_changes_nothing(live: Live, mongo_url: str) -> None:
    live["User"].create_index({"a": 1}, name="User_a_idx")

    pushed = await push(schema("b Int @unique"), mongo_url, dry_run=True, drop=True)

    assert [type(step) for step in pushed.plan.steps] == [CreateIndex, IndexNotInSchema]
    assert pushed.done == ()
    assert pushed.left == pushed.plan.steps
    assert indexes(live).keys() == {"User_a_idx"}


async def test_a_new_index_is_added_to_what_is_there(live: Live, mongo_url: str) -> None:
    await push(schema("a Int", "@@index([a])"), mongo_url)
    live["User"].insert_one({"a": 1, "b": 1})

    pushed = await push(schema("a Int", "b Int @unique", "@@index([a])"), mongo_url)

    assert [type(step) for step in pushed.done] == [CreateIndex]
    assert indexes(live).keys() == {"User_a_idx", "User_b_key"}
    assert live["User"].count_documents({}) == 1


Make = Callable[[Live], Any]


def collated(live: Live) -> None:
    rules = {"locale": "fr"}
    live["User"].create_index({"a": 1}, name="User_a_idx", collation=rules)


def hidden(live: Live) -> None:
    live["User"].create_index({"a": 1}, name="User_a_idx", hidden=True)


def expiring(live: Live) -> None:
    live["User"].create_index({"a": 1}, name="User_a_idx", expireAfterSeconds=5)


def partial(live: Live) -> None:
    condition = {"a": {"$gt": 1}}
    live["User"].create_index({"a": 1}, name="User_a_idx", partialFilterExpression=condition)


@pytest.mark.parametrize(
    ("make", "what"),
    [
        (lambda live: live["User"].create_index({"a": -1}, name="User_a_idx"), ["keys"]),
        (lambda live: live["User"].create_index({"a": "hashed"}, name="User_a_idx"), ["keys"]),
        (lambda live: live["User"].create_index({"a": 1, "b": 1}, name="User_a_idx"), ["keys"]),
        (
            lambda live: live["User"].create_index({"a": 1}, name="User_a_idx", unique=True),
            ["unique"],
        ),
        (
            lambda live: live["User"].create_index({"a": 1}, name="User_a_idx", sparse=True),
            ["sparse"],
        ),
        (collated, ["collation"]),
        (hidden, ["hidden"]),
        (expiring, ["expires after"]),
        (partial, ["only where"]),
        (lambda live: live["User"].create_index({"a": 1}), ["name"]),
        (
            lambda live: live["User"].create_index({"a": 1}, expireAfterSeconds=5),
            ["expires after", "name"],
        ),
    ],
)
async def test_drift_is_found_and_named_and_left(
    live: Live, mongo_url: str, make: Make, what: list[str]
) -> None:
    make(live)
    before = indexes(live)

    pushed = await push(schema("a Int", "@@index([a])"), mongo_url)

    (step,) = pushed.plan.steps
    assert isinstance(step, IndexDiffers)
    assert [difference.what for difference in step.differences] == what
    assert pushed.done == ()
    assert indexes(live) == before


async def test_drop_replaces_what_differs(live: Live, mongo_url: str) -> None:
    live["User"].create_index({"a": -1}, name="User_a_key")
    live["User"].insert_many([{"a": 1}, {"a": 2}, {}, {"a": None}])

    pushed = await push(schema("a Int? @unique"), mongo_url, drop=True)

    assert [type(step) for step in pushed.done] == [IndexDiffers]
    assert indexes(live)["User_a_key"]["key"] == [("a", 1)]
    assert indexes(live)["User_a_key"]["unique"]
    assert live["User"].count_documents({}) == 4
    assert (await push(schema("a Int? @unique"), mongo_url)).plan.is_empty


async def test_a_weighted_text_index_differs_and_is_replaced(live: Live, mongo_url: str) -> None:
    keys = {"a": "text", "b": "text"}
    live["User"].create_index(keys, name="User_a_b_idx", weights={"a": 5}, default_language="de")
    datamodel = schema("a String", "b String", "@@fulltext([a, b])")

    (step,) = (await push(datamodel, mongo_url)).plan.steps
    await push(datamodel, mongo_url, drop=True)

    assert isinstance(step, IndexDiffers)
    assert [difference.what for difference in step.differences] == ["other options"]
    assert indexes(live)["User_a_b_idx"]["weights"] == {"a": 1, "b": 1}


async def test_drop_removes_its_own_and_nothing_else(live: Live, mongo_url: str) -> None:
    user, other = live["User"], live["Other"]
    user.create_index({"a": 1}, name="User_a_idx")
    user.create_index({"b": 1})
    user.create_index({"c": 1}, name="User_a_key", unique=True)
    user.create_index({"d": "2dsphere"}, name="User_d_idx")
    other.create_index({"a": 1}, name="Other_a_idx")
    user.insert_one({"c": 1})

    pushed = await push(schema(), mongo_url, drop=True)

    assert [type(step) for step in pushed.done] == [IndexNotInSchema]
    assert indexes(live).keys() == {"b_1", "User_a_key", "User_d_idx"}
    assert indexes(live, "Other").keys() == {"Other_a_idx"}
    assert user.count_documents({}) == 1
    assert {step.found.name for step in pushed.left if isinstance(step, IndexNotInSchema)} == {
        *("b_1", "User_a_key", "User_d_idx")
    }


async def test_an_index_that_cannot_replace_another_leaves_that_one(
    live: Live, mongo_url: str
) -> None:
    live["User"].create_index({"a": 1}, name="User_a_key", unique=True)
    datamodel = schema('/// @partial({"b": {"$ne": 1}})', "a Int @unique")

    with pytest.raises(DataError, match="not supported in partial index") as caught:
        await push(datamodel, mongo_url, drop=True)

    assert caught.value.code == "P2035"
    assert indexes(live) == {"User_a_key": {"v": 2, "key": [("a", 1)], "unique": True}}


async def test_an_index_that_mongodb_refuses_is_said_with_its_reason(
    live: Live, mongo_url: str
) -> None:
    datamodel = schema('/// @collation({"locale": "klingon"})', "a String @unique")

    with pytest.raises(DataError) as caught:
        await push(datamodel, mongo_url)

    assert caught.value.code == "P2035"
    assert "`User_a_key`" in str(caught.value)
    assert "klingon" in str(caught.value)
    assert "Steps done before that, which stand: 1." in str(caught.value)
    assert indexes(live) == {}


async def test_the_collections_own_collation_is_no_drift(live: Live, mongo_url: str) -> None:
    live.create_collection("User", collation={"locale": "fr"})
    datamodel = schema("a String? @unique", "b String", "@@index([b])", "@@fulltext([b, a])")

    await push(datamodel, mongo_url)

    assert (await push(datamodel, mongo_url)).plan.is_empty
    assert indexes(live)["User_a_key"]["collation"]["locale"] == "fr"
    assert "collation" not in indexes(live)["User_b_a_idx"]


async def test_a_view_is_left_alone(live: Live, mongo_url: str) -> None:
    live.command({"create": "User", "viewOn": "people", "pipeline": []})

    pushed = await push(schema("a Int @unique"), mongo_url)

    assert [type(step) for step in pushed.plan.steps] == [IndexesOnView]
    assert pushed.done == ()


async def test_the_plan_is_told_first_then_every_step(mongo_url: str) -> None:
    told: list[PushEvent] = []

    pushed = await push(schema("a Int @unique"), mongo_url, report=told.append)

    assert told[0] == Planned(pushed.plan, drop=False)
    assert [event.step for event in told[1:] if isinstance(event, Done)] == list(pushed.done)
    assert [type(step) for step in pushed.done] == [CreateCollection, CreateIndex]


async def test_a_report_that_fails_stops_the_push(live: Live, mongo_url: str) -> None:
    def fail(_: PushEvent) -> None:
        raise RuntimeError("no")

    with pytest.raises(RuntimeError, match="no"):
        await push(schema("a Int @unique"), mongo_url, report=fail)

    assert live.list_collection_names() == []


@pytest.mark.parametrize("more", ["", "&maxStalenessSeconds=120", "&readPreferenceTags=dc:ny"])
async def test_reading_is_done_on_the_primary(live: Live, mongo_url: str, more: str) -> None:
    url = f"{mongo_url}&readPreference=secondary{more}&serverSelectionTimeoutMS=2000"

    pushed = await push(schema("a Int @unique"), url)

    assert len(pushed.done) == 2
    assert indexes(live).keys() == {"User_a_key"}


async def test_no_server_is_a_connection_error_without_the_password() -> None:
    url = "mongodb://user:secret@127.0.0.1:1/x?serverSelectionTimeoutMS=200"

    with pytest.raises(ConnectionError, match="connection refused") as caught:
        await push(schema(), url)

    assert caught.value.code == "P1001"
    assert "secret" not in str(caught.value)


async def test_a_url_without_a_database_is_refused(mongo_client: MongoClient[Any]) -> None:
    with pytest.raises(ConnectionError, match="Database must be defined"):
        await push(schema(), "mongodb://127.0.0.1:1/")
