"""A field that is stored and unknown to the schema is named, as after a rename."""

from __future__ import annotations

import re
from typing import Any

import bson
import pytest
from bson import ObjectId
from bson.raw_bson import RawBSONDocument
from pymongo.database import Database

from prismongo.check import as_dict, check, findings, report_lines
from prismongo.check.findings import Finding
from prismongo.errors import ConnectionError
from prismongo.schema import Datamodel
from tests.project import TOP
from tests.stores.mongo.push.schemas import schema

Live = Database[dict[str, Any]]
HOME = """type Home {
  city String
  zip  String? @map("zipCode")
  past Past[]
}
type Past {
  a Int?
}
"""


async def documents(datamodel: Datamodel, url: str) -> Finding:
    found = findings(await check(datamodel, url, sample=1000))
    return next(each for each in found if each.subject == "documents")


async def test_a_rename_is_seen(live: Live, mongo_url: str) -> None:
    ids = [ObjectId() for _ in range(4)]
    live["User"].insert_many([{"_id": each, "email": "a"} for each in ids[:3]] + [{"_id": ids[3]}])

    found = await documents(schema("mail String?"), mongo_url)

    assert found.state == "note"
    assert found.text == "4 read of 1 model, 1 field not in the schema"
    assert found.details == (
        "User.email: string that is not in the schema in 3 of 4 "
        f"(_id {ids[0]}, {ids[1]}, {ids[2]})",
        "User: no document has mail. If it was email before: "
        '`@map("email")`, or rename what is stored (docs/schema.md)',
    )


async def test_the_two_ways_out(live: Live, mongo_url: str) -> None:
    live["User"].insert_many([{"email": f"{number}"} for number in range(3)])
    assert (await documents(schema('mail String? @map("email")'), mongo_url)).state == "ok"

    text = (TOP / "docs" / "schema.md").read_text(encoding="utf-8")
    found = re.search(r"db\.User\.updateMany\((\{.*?\} \}), (\{.*\})\)", text)
    assert found is not None
    where, update = (re.sub(r"([$\w]+):", r'"\1":', part) for part in found.groups())
    for changed in (3, 0):
        answer = live["User"].update_many(bson.json_util.loads(where), bson.json_util.loads(update))
        assert answer.modified_count == changed
    assert (await documents(schema("mail String?"), mongo_url)).state == "ok"


async def test_a_required_field_that_was_renamed_is_missing_as_well(
    live: Live, mongo_url: str
) -> None:
    live["User"].insert_one({"email": "a"})
    found = await documents(schema("mail String"), mongo_url)
    assert found.state == "failed"
    assert found.text == (
        "1 read of 1 model, 1 field not as the schema says, 1 field not in the schema"
    )


async def test_each_type_and_each_depth_is_counted(live: Live, mongo_url: str) -> None:
    live["User"].insert_many(
        [
            {"at": {"city": "x", "zip": 1, "past": [{"a": 1, "b": 1}, {"b": "x"}]}, "n": 1},
            {"at": {"city": "x", "zipCode": "1", "past": []}, "n": "x"},
            {"at": {"city": "x", "past": [{"b": 2}]}, "n": 2, "o": {"deep": 1}},
        ]
    )
    datamodel = schema("at Home", also=HOME)
    misfits = as_dict(await check(datamodel, mongo_url, sample=10))["documents"][0]["misfits"]
    assert {(each["field"], each["found"], each["documents"]) for each in misfits} == {
        ("n", "int", 2),
        ("n", "string", 1),
        ("o", "object", 1),
        ("at.zip", "int", 1),
        ("at.past.b", "int", 2),
        ("at.past.b", "string", 1),
    }
    assert {each["problem"] for each in misfits} == {"not in the schema"}


async def test_what_the_schema_ignores_is_known(live: Live, mongo_url: str) -> None:
    live["User"].insert_one({"a": 1, "b": 2})
    datamodel = schema("a Int? @ignore", 'b Unsupported("x")?')
    assert (await documents(datamodel, mongo_url)).state == "ok"


async def test_an_unknown_field_that_is_no_text_hides_nothing(live: Live, mongo_url: str) -> None:
    broken = bson.encode({"_id": ObjectId(), "n": "1", "old": "ab"}).replace(b"ab\0", b"\xff\xfe\0")
    live.get_collection("User").insert_one(RawBSONDocument(broken))
    found = await documents(schema("n Int"), mongo_url)
    assert found.text == "1 read of 1 model, 1 field not as the schema says"
    assert "User.n: string where Int is wanted" in found.details[0]


async def test_names_cannot_command_a_terminal(live: Live, mongo_url: str) -> None:
    live["User"].insert_one({"\033[2J\n" + "x" * 100: 1})
    lines = list(report_lines(await check(schema("n Int?"), mongo_url, sample=1)))
    assert all(line.isprintable() for line in lines)


async def test_no_server(mongo_url: str) -> None:
    url = "mongodb://127.0.0.1:1/x?serverSelectionTimeoutMS=100"
    assert (await documents(schema("n Int?"), url)).state == "skipped"
    with pytest.raises(ConnectionError):
        await check(schema("n Int?"), "mongodb://", sample=1)
