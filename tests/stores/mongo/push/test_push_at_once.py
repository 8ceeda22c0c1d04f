"""Several pushes at the same time, and what is told of a build."""

from __future__ import annotations

import asyncio
import sys
from typing import Any

from prisma.errors import DataError
from pymongo import AsyncMongoClient
from pymongo.database import Database

from prismongo.schema import parse, push
from prismongo.stores.mongo.push.build import build_indexes
from prismongo.stores.mongo.push.events import Building, PushEvent
from prismongo.stores.wanted.specs import IndexSpec
from tests.project import SCHEMA, TOP
from tests.stores.mongo.push.schemas import schema

Live = Database[dict[str, Any]]


async def test_pushes_at_once_make_everything_once(live: Live, mongo_url: str) -> None:
    datamodel = parse(SCHEMA.read_text(encoding="utf-8"))

    await asyncio.gather(*(push(datamodel, mongo_url) for _ in range(4)))

    assert (await push(datamodel, mongo_url)).plan.is_empty
    assert len(live.list_collection_names()) == len(datamodel.models)


async def test_pushes_at_once_onto_many_documents(live: Live, mongo_url: str) -> None:
    live["User"].insert_many([{"a": number, "b": "x"} for number in range(20_000)])
    datamodel = schema("a Int @unique", "b String", "@@index([b, a])")

    await asyncio.gather(*(push(datamodel, mongo_url) for _ in range(3)))

    assert (await push(datamodel, mongo_url)).plan.is_empty


async def test_two_processes_at_once(live: Live, mongo_url: str) -> None:
    command = [sys.executable, "-m", "prismongo", "push", "--url", mongo_url]
    processes = [
        await asyncio.create_subprocess_exec(
            *command, cwd=TOP, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
        )
        for _ in range(2)
    ]

    answers = [await process.communicate() for process in processes]

    assert [process.returncode for process in processes] == [0, 0], answers
    datamodel = parse(SCHEMA.read_text(encoding="utf-8"))
    assert (await push(datamodel, mongo_url)).plan.is_empty


async def test_drops_at_once_end_with_what_is_wanted(live: Live, mongo_url: str) -> None:
    live["User"].create_index({"a": -1}, name="User_a_key")
    live["User"].create_index({"b": 1}, name="User_b_idx")
    datamodel = schema("a Int? @unique")

    await asyncio.gather(*(push(datamodel, mongo_url, drop=True) for _ in range(3)))

    assert (await push(datamodel, mongo_url)).plan.is_empty


async def test_pushes_of_two_schemas_at_once(live: Live, mongo_url: str) -> None:
    schemas = [schema('a Int @unique(map: "x")'), schema("a Int", '@@index([a], map: "x")')]

    answers = await asyncio.gather(
        *(push(each, mongo_url) for each in schemas), return_exceptions=True
    )

    made = live["User"].index_information()
    assert made.keys() == {"_id_", "x"}
    # the one that comes second finds another index of that name: drift, or the server's refusal
    assert all(isinstance(answer, DataError) or answer.plan for answer in answers)  # type: ignore[union-attr]  # no other exception
    assert sorted([(await push(each, mongo_url)).plan.is_empty for each in schemas]) == [
        *(False, True)
    ]


async def test_the_progress_of_a_build_is_told(live: Live, mongo_url: str) -> None:
    documents = 100_000
    live["User"].insert_many([{"a": f"{number:x}", "b": number} for number in range(documents)])
    indexes = [
        IndexSpec("User", "User_a_idx", (("a", 1), ("b", -1))),
        IndexSpec("User", "User_b_idx", (("b", -1), ("a", 1))),
    ]
    told: list[PushEvent] = []

    async with AsyncMongoClient[dict[str, Any]](mongo_url) as client:
        database = client.get_default_database()
        await build_indexes(database, indexes, told.append, interval=0.005)

    building = [event for event in told if isinstance(event, Building)]
    scanning = [event for event in building if event.phase == "scanning collection"]
    assert scanning
    assert {event.total for event in scanning} == {documents}
    assert [event.done for event in scanning] == sorted(event.done for event in scanning)
    assert live["User"].index_information().keys() == {"_id_", "User_a_idx", "User_b_idx"}
