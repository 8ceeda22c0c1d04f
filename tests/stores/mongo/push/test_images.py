"""`/// @changeImages`: push makes a collection keep what documents were before a change."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from pymongo import MongoClient
from pymongo.database import Database

from prismongo.embedded.mongod import HOST, Mongod
from prismongo.errors import ConnectionError
from prismongo.schema import Datamodel, parse, push
from prismongo.stores.mongo.push.plan import CreateCollection, KeepImages
from prismongo.stores.mongo.push.text import plan_lines
from prismongo.stores.wanted.images import asks_for_images
from tests.stores.mongo.push.schemas import HEAD, ID

Live = Database[dict[str, Any]]


def datamodel(comment: str = "/// @changeImages") -> Datamodel:
    return parse(
        f'{HEAD}\n{comment}\nmodel User {{\n{ID}\n@@map("users")\n}}\nmodel Other {{\n{ID}\n}}'
    )


def keeps_images(live: Live) -> dict[str, bool]:
    found = live.list_collections()
    return {
        each["name"]: each["options"].get("changeStreamPreAndPostImages", {}).get("enabled", False)
        for each in found
    }


@pytest.mark.parametrize(
    ("comment", "asks"),
    [
        ("/// @changeImages", True),
        ("/// People.\n/// @changeImages\n/// And more.", True),
        ("/// People have @changeImages", False),
        ("/// @changeImagesOf", False),
        ("// @changeImages", False),
        ("", False),
    ],
)
def test_a_line_of_the_models_comment_asks_for_images(comment: str, asks: bool) -> None:
    assert asks_for_images(datamodel(comment).model["User"]) is asks
    assert not asks_for_images(datamodel(comment).model["Other"])


async def test_a_new_collection_keeps_images(live: Live, mongo_url: str) -> None:
    pushed = await push(datamodel(), mongo_url)

    assert pushed.done == (
        CreateCollection("users"),
        CreateCollection("Other"),
        KeepImages("users"),
    )
    assert keeps_images(live) == {"users": True, "Other": False}
    assert (await push(datamodel(), mongo_url)).plan.is_empty


async def test_a_collection_that_is_there_keeps_images(live: Live, mongo_url: str) -> None:
    await push(datamodel(""), mongo_url)
    live["users"].insert_one({})
    shown = await push(datamodel(), mongo_url, dry_run=True)
    assert list(plan_lines(shown.plan))[1:] == [
        "  + images      users keeps what documents were before a change"
    ]
    assert keeps_images(live) == {"users": False, "Other": False}

    pushed = await push(datamodel(), mongo_url)

    assert pushed.done == (KeepImages("users"),)
    assert keeps_images(live) == {"users": True, "Other": False}
    assert live["users"].count_documents({}) == 1


async def test_images_are_never_turned_off(live: Live, mongo_url: str) -> None:
    await push(datamodel(), mongo_url)
    pushed = await push(datamodel(""), mongo_url, drop=True)

    assert pushed.plan.is_empty
    assert keeps_images(live)["users"]


async def test_a_view_keeps_none(live: Live, mongo_url: str) -> None:
    live.create_collection("users", viewOn="Other")
    pushed = await push(datamodel(), mongo_url)

    assert pushed.done == (CreateCollection("Other"),)


async def test_what_the_role_read_write_is_enough_for(tmp_path: Path) -> None:
    """A new collection keeps images; a collection that is there needs the role dbAdmin."""
    key = tmp_path / "key"
    key.write_text("abcdef")
    key.chmod(0o400)
    async with Mongod(arguments=["--keyFile", str(key)]) as server:
        url = await asyncio.to_thread(_user_who_reads_and_writes, server)
        assert (await push(datamodel(), url)).done[-1] == KeepImages("users")
        with pytest.raises(ConnectionError, match="needs the role dbAdmin") as caught:
            await push(parse(f"{HEAD}\n/// @changeImages\nmodel Other {{\n{ID}\n}}"), url)
        assert caught.value.code == "P1010"


def _user_who_reads_and_writes(server: Mongod) -> str:
    address = f"{HOST}:{server.port}"
    roles = [{"role": "readWrite", "db": "shop"}]
    with MongoClient[dict[str, Any]](f"mongodb://{address}/?directConnection=true") as first:
        first.admin.command("createUser", "root", pwd="secret", roles=["root"])
    with MongoClient[dict[str, Any]](f"mongodb://root:secret@{address}/") as root:
        root.admin.command("createUser", "shop", pwd="secret", roles=roles)
    return f"mongodb://shop:secret@{address}/shop?authSource=admin&replicaSet=rs0"
