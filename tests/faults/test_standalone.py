"""A standalone server: work on one document runs; what needs a transaction says how to get one."""

from __future__ import annotations

import re
import shlex
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any, Final

import pytest
from prisma.errors import DataError

from database import DatabaseService, DatabaseSettings
from prismongo.embedded.connection import DirectConnection
from prismongo.embedded.mongod import HOST, Mongod
from prismongo.errors import ChangeStreamError
from tests.records import user


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Mongod]:
    async with Mongod(data=tmp_path, standalone=True) as server:
        yield server


async def in_transaction(database: DatabaseService) -> None:
    async with database.tx():
        pass


async def in_callback(database: DatabaseService) -> None:
    async def work(tx: DatabaseService) -> None:
        raise AssertionError("it cannot begin")

    await database.transaction(work)


async def in_batch(database: DatabaseService) -> None:
    async with database.batch_() as batch:
        batch.user.create(user("eve"))
        batch.user.create(user("bob"))


async def nested(database: DatabaseService) -> None:
    await database.user.create({**user("eve"), "ownedCommunities": {"create": {"name": "x"}}})


NEEDING: Final[tuple[Callable[[DatabaseService], Awaitable[None]], ...]] = (
    in_transaction,
    in_callback,
    in_batch,
    nested,
)


async def test_one_document_and_the_way_to_more(server: Mongod, tmp_path: Path) -> None:
    async with DatabaseService(DatabaseSettings(url=server.url("kraken"))) as database:
        await works_on_single_documents(database)
        said = [await refused(needing, database) for needing in NEEDING]
        assert await database.user.count() == 1  # nothing of all that was kept
        assert len(set(said)) == 1
        with pytest.raises(ChangeStreamError) as caught:
            async with database.watch():
                pass
        assert caught.value.code == "P2031"
        assert str(caught.value).partition("Restart it")[2] == said[0].partition("Restart it")[2]
        assert (await database.health()).topology == "standalone"
    await server.stop()
    await as_told(said[0], tmp_path)


async def works_on_single_documents(database: DatabaseService) -> None:
    ada = await database.user.create(user("ada"))
    assert await database.user.update({"bio": "x"}, where={"id": ada.id}) is not None
    upserted = await database.user.upsert(
        where={"id": ada.id}, data={"create": user("ada"), "update": {"bio": "y"}}
    )
    assert (await database.user.find_many())[0] == upserted
    assert await database.user.create_many([user("grace")]) == 1
    assert await database.user.update_many({"bio": "z"}, where={}) == 2
    assert await database.user.delete_many(where={"username": "grace"}) == 1


async def refused(
    needing: Callable[[DatabaseService], Awaitable[None]], database: DatabaseService
) -> str:
    with pytest.raises(DataError) as caught:
        await needing(database)
    assert caught.value.code == "P2031"
    return str(caught.value)


async def as_told(message: str, data: Path) -> None:
    """Does what the message says, with this server's directory; a transaction runs then."""
    mongod, mongosh = map(shlex.split, re.findall(r"`(mongo(?:d|sh) [^`]*)`", message))
    assert mongod == ["mongod", "--replSet", "rs0"]
    _, url, _, script = mongosh
    port = int(url.rpartition(":")[2])
    address = f"{HOST}:{port}"
    assert script == f'rs.initiate({{_id: "rs0", members: [{{_id: 0, host: "{address}"}}]}})'
    initiate: dict[str, Any] = {"_id": "rs0", "members": [{"_id": 0, "host": address}]}
    async with Mongod(data=data, port=port, member=True):  # which is `--replSet rs0`
        async with DirectConnection(HOST, port) as connection:
            await connection.command({"replSetInitiate": initiate})
        url = f"mongodb://{address}/kraken?replicaSet=rs0"
        async with DatabaseService(DatabaseSettings(url=url)) as database:
            async with database.tx() as tx:
                await tx.user.create(user("grace"))
            assert await database.user.count() == 2
