"""The check on a real server: what is well, what has drifted, and what keeps it from telling."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import bson
import pytest
from bson import ObjectId
from pymongo.database import Database

from prismongo.check import Checked, as_dict, check, findings, is_well, report_lines
from prismongo.check.findings import MOST_LINES
from prismongo.embedded.mongod import Mongod
from prismongo.errors import ConnectionError, SchemaError
from prismongo.generator import generate
from prismongo.health import Health
from prismongo.query.errors.stored import TOO_DEEP, nested_too_deeply
from prismongo.query.nodes.rows import Row, Unreadable
from prismongo.schema import Datamodel, parse, push
from prismongo.schema.datamodel import Model
from prismongo.stores.mongo import accelerator
from tests.check.found import finding
from tests.stores.mongo.push.schemas import HEAD, ID, schema

Live = Database[dict[str, Any]]

UNREACHABLE = "mongodb://ada:hunter2@127.0.0.1:1/nowhere?serverSelectionTimeoutMS=200"


def text(*lines: str) -> str:
    """A schema without composite types, which no client is generated of."""
    return "\n".join([HEAD, "model User {", ID, *lines, "}"])


NATIVE = "ok" if accelerator.state() == "in use" else "note"


async def test_all_is_well(project: Datamodel, mongo_url: str) -> None:
    await push(project, mongo_url)

    checked = await check(project, mongo_url, sample=10)

    assert is_well(checked)
    assert [each.state for each in findings(checked)] == [*("ok", "ok", "ok", NATIVE, "ok", "ok")]
    assert "MongoDB 6.0.5 answers" in finding(checked, "server").text
    assert "replica set rs0, primary 127.0.0.1:" in finding(checked, "topology").text


async def test_nothing_is_changed(project: Datamodel, live: Live, mongo_url: str) -> None:
    await check(project, mongo_url, sample=10)
    assert live.list_collection_names() == []


# --- server and topology ---


async def test_an_unreachable_server(project: Datamodel) -> None:
    checked = await check(project, UNREACHABLE, sample=10)

    assert not is_well(checked)
    assert [each.state for each in findings(checked)] == [
        *("failed", "skipped", "ok", NATIVE, "skipped", "skipped")
    ]
    assert "127.0.0.1:1" in finding(checked, "server").text
    assert "hunter2" not in "".join(report_lines(checked)) + json.dumps(as_dict(checked))


async def test_a_url_that_cannot_be(project: Datamodel) -> None:
    with pytest.raises(ConnectionError, match="must start with"):
        await check(project, "postgres://localhost/x")


async def test_a_standalone_server_is_a_note_that_says_what_it_forbids(
    project: Datamodel,
) -> None:
    async with Mongod(standalone=True) as server:
        url = server.url("alone")
        await push(project, url)
        checked = await check(project, url)

    assert is_well(checked)
    topology = finding(checked, "topology")
    assert topology.state == "note"
    assert "no transactions" in topology.text
    assert "no change streams" in topology.text
    address = url.removeprefix("mongodb://").partition("/")[0]
    assert f"mongosh mongodb://{address} " in topology.details[0]


def test_a_replica_set_without_a_primary_fails() -> None:
    health = Health("up", latency_ms=1.0, topology="replica set", replica_set="rs0")
    checked = Checked("x", "fresh", health)

    assert not is_well(checked)
    topology = finding(checked, "topology")
    assert (topology.state, topology.text) == ("failed", "replica set rs0, without a primary")


# --- client ---


@pytest.fixture
def client(tmp_path: Path) -> Path:
    """A client that was generated from a schema of one field."""
    generate(text("name String"), output=tmp_path / "client")
    return tmp_path / "client"


@pytest.mark.parametrize(
    ("lines", "state"),
    [
        (["name String"], "ok"),
        (["/// A comment.", "name  String"], "ok"),
        (["name String?"], "failed"),
        (["name String @unique"], "failed"),
    ],
)
async def test_the_client_is_of_the_schema(
    client: Path, mongo_url: str, lines: list[str], state: str
) -> None:
    datamodel = parse(text(*lines))
    await push(datamodel, mongo_url)

    checked = await check(datamodel, mongo_url, output=client)

    assert finding(checked, "client").state == state
    assert is_well(checked) is (state == "ok")


async def test_there_is_no_client(tmp_path: Path, project: Datamodel, mongo_url: str) -> None:
    found = finding(await check(project, mongo_url, output=tmp_path), "client")
    assert (found.state, found.text) == (
        "failed",
        "not generated: run `prismongo generate`",
    )


# --- indexes ---


async def test_missing_indexes_fail(live: Live, mongo_url: str) -> None:
    live.create_collection("User")

    indexes = finding(
        await check(schema("a Int @unique", "@@index([a, id])"), mongo_url), "indexes"
    )

    assert indexes.state == "failed"
    assert indexes.text == "2 indexes are missing: run `prismongo push`"
    assert [line.split()[2] for line in indexes.details] == ["User_a_key", "User_a__id_idx"]


async def test_a_missing_collection_stands_for_its_indexes(mongo_url: str) -> None:
    indexes = finding(await check(schema("a Int @unique"), mongo_url), "indexes")

    assert indexes.text.startswith("1 collection and 1 index are missing")
    assert indexes.details == ("+ collection  User",)


async def test_a_differing_index_fails_and_says_in_what(live: Live, mongo_url: str) -> None:
    live["User"].create_index({"a": 1}, name="User_a_key")

    indexes = finding(await check(schema("a Int @unique"), mongo_url), "indexes")

    assert indexes.state == "failed"
    assert indexes.text == "1 index differs: run `prismongo push --drop`"
    assert indexes.details[1].strip() == "unique: no there, yes in the schema"


async def test_an_index_of_another_name_is_a_note(live: Live, mongo_url: str) -> None:
    live["User"].create_index({"a": 1}, name="by_hand", unique=True)
    indexes = finding(await check(schema("a Int @unique"), mongo_url), "indexes")
    assert (indexes.state, indexes.text) == ("note", "1 index differs")


async def test_an_index_more_is_a_note(live: Live, mongo_url: str) -> None:
    live["User"].create_index({"a": 1})
    indexes = finding(await check(schema("a Int"), mongo_url), "indexes")
    assert (indexes.state, indexes.text) == ("note", "1 index is not in the schema")


@pytest.mark.parametrize(
    ("name", "remedy"),
    [("User_a_key", "run `prismongo push --drop`"), ("by_hand", "correct by hand")],
)
async def test_a_unique_index_more_fails(
    live: Live, mongo_url: str, name: str, remedy: str
) -> None:
    live["User"].create_index({"a": 1}, name=name, unique=True)
    indexes = finding(await check(schema("a Int"), mongo_url), "indexes")
    assert indexes.state == "failed"
    assert remedy in indexes.text


async def test_a_view_is_a_note(live: Live, mongo_url: str) -> None:
    live.create_collection("people")
    live.command("create", "User", viewOn="people", pipeline=[])
    indexes = finding(await check(schema("a Int @unique"), mongo_url), "indexes")
    assert (indexes.state, indexes.text) == ("note", "1 view cannot have indexes")


async def test_a_comment_that_cannot_be(mongo_url: str) -> None:
    with pytest.raises(SchemaError, match="ttl"):
        await check(schema("/// @ttl(soon)", "at DateTime"), mongo_url)


# --- documents ---


async def test_documents_are_counted_by_model_and_field(live: Live, mongo_url: str) -> None:
    ids = [ObjectId() for _ in range(10)]
    live["User"].insert_many([{"_id": each, "n": 1, "c": "RED"} for each in ids])
    live["User"].update_many({"_id": {"$in": ids[:5]}}, {"$set": {"n": "1"}})
    live["User"].update_many({"_id": {"$in": ids[4:6]}}, {"$set": {"c": "PINK"}})
    live["User"].update_one({"_id": ids[9]}, {"$unset": {"c": 1}})
    datamodel = schema("n Int", "c Colour")

    checked = await check(datamodel, mongo_url, sample=100)

    documents = finding(checked, "documents")
    assert documents.state == "failed"
    assert documents.text == "10 read of 1 model, 2 fields not as the schema says"
    assert documents.details == (
        f"User.n: string where Int is wanted in 5 of 10 (_id {ids[0]}, {ids[1]}, {ids[2]}, …)",
        f"User.c: unknown value of enum Colour in 2 of 10 (_id {ids[4]}, {ids[5]})",
        f"User.c: required Colour is missing in 1 of 10 (_id {ids[9]})",
    )
    assert as_dict(checked)["documents"] == [
        {
            "model": "User",
            "collection": "User",
            "read": 10,
            "unstored": [],
            "misfits": [
                misfit("n", "wrong type", "string", "Int", 5, ids[:3]),
                misfit("c", "unknown enum value", "string", "Colour", 2, ids[4:6]),
                misfit("c", "missing", "null or nothing", "Colour", 1, ids[9:]),
            ],
        }
    ]


def misfit(
    field: str, problem: str, found: str, wanted: str, documents: int, ids: list[ObjectId]
) -> dict[str, Any]:
    facts = {"field": field, "problem": problem, "found": found, "wanted": wanted}
    return {**facts, "documents": documents, "ids": [str(each) for each in ids]}


async def test_a_sample_is_no_more_than_was_asked_for(live: Live, mongo_url: str) -> None:
    live["User"].insert_many([{"n": "1"} for _ in range(50)])

    documents = as_dict(await check(schema("n Int"), mongo_url, sample=7))["documents"]

    assert documents[0]["read"] == documents[0]["misfits"][0]["documents"] == 7


async def test_a_view_is_read_too(live: Live, mongo_url: str) -> None:
    live["people"].insert_many([{"n": "1"} for _ in range(5)])
    live.command("create", "User", viewOn="people", pipeline=[])

    for sample in (3, 10):
        documents = as_dict(await check(schema("n Int"), mongo_url, sample=sample))["documents"]
        assert documents[0]["read"] == min(sample, 5)


async def test_what_is_nested_too_deeply_is_named_as_that(
    live: Live, mongo_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def too_deep(rows: list[Any], model: Model) -> list[Row]:
        found = [{"_id": bson.decode(row.raw)["_id"]} for row in rows]
        return [Unreadable(nested_too_deeply(model.name, None, row), row) for row in found]

    monkeypatch.setattr("prismongo.check.documents.decode_each", too_deep)
    live["User"].insert_one({"_id": "a", "n": 1})
    documents = as_dict(await check(schema("n Int"), mongo_url, sample=1))["documents"]
    (misfit,) = documents[0]["misfits"]
    assert (misfit["field"], misfit["ids"]) == ("?", ["a"])
    assert (misfit["found"], misfit["wanted"]) == (TOO_DEEP, "less depth")


async def test_ids_cannot_command_a_terminal(live: Live, mongo_url: str) -> None:
    live["User"].insert_one({"_id": "\033[2J\nevil" + "x" * 100, "n": "1"})
    lines = list(report_lines(await check(schema("n Int"), mongo_url, sample=1)))
    assert all(line.isprintable() for line in lines)


async def test_documents_are_not_looked_at_unasked(live: Live, mongo_url: str) -> None:
    live["User"].insert_one({"n": "1"})
    checked = await check(schema("n Int"), mongo_url)
    assert finding(checked, "documents").state == "skipped"
    assert as_dict(checked)["documents"] is None


# --- the report ---


async def test_it_fits_on_a_screen(project: Datamodel, live: Live, mongo_url: str) -> None:
    for model in project.models:
        live[model.db_name].insert_one({})
        live[model.db_name].create_index({"x": 1}, unique=True)

    checked = await check(project, mongo_url, sample=5)

    lines = list(report_lines(checked))
    assert len(lines) == 1 + 6 + 2 * MOST_LINES
    assert "more lines; `prismongo push --dry-run` shows all" in "".join(lines)
    assert "more lines; `--json` shows all" in lines[-1]
    assert len(as_dict(checked)["indexes"]) > MOST_LINES
    json.dumps(as_dict(checked))
