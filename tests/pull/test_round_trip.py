"""datamodel → push → documents → pull gives the datamodel back, as far as MongoDB keeps it."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from pymongo import MongoClient

from prismongo.check import check
from prismongo.pull import Pulled, pull
from prismongo.schema import Datamodel, parse, push
from prismongo.schema.files import schema_of_text
from prismongo.stores.wanted.indexes import wanted_images
from tests.pull.databases import Database, databases, kept, parsed

PATH = Path("schema.prisma")


async def round_trip(database: Database, url: str, client: MongoClient[Any]) -> Pulled:
    await push(parsed(database), url)
    for collection, rows in database.documents.items():
        client.get_default_database()[collection].insert_many(rows)
    return await pull(url, None, PATH)


@settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # an example needs a server: no shrinking
)
@given(database=databases())
def test_the_datamodel_comes_back(database: Database, mongo_url: str) -> None:
    with MongoClient[Any](mongo_url) as client:
        client.drop_database(client.get_default_database().name)
        pulled = asyncio.run(round_trip(database, mongo_url, client))

    text = pulled.files[PATH]
    found = parse(text)
    assert kept(found) == kept(parsed(database)), text
    assert wanted_images(found) == wanted_images(parsed(database))
    asyncio.run(is_settled(found, text, mongo_url))


async def is_settled(found: Datamodel, text: str, url: str) -> None:
    """A push does nothing, `check --sample` finds nothing, a second pull adds nothing."""
    pushed = await push(found, url)
    assert pushed.plan.steps == (), text
    checked = await check(found, url, sample=100)
    assert isinstance(checked.documents, tuple)
    assert all(each.misfits == () for each in checked.documents), (checked.documents, text)
    again = await pull(url, schema_of_text(text, PATH), PATH)
    assert again.files == {}
    assert again.blocks == ()
