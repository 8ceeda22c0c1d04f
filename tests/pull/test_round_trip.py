"""datamodel → push → documents → pull gives the datamodel back, as far as MongoDB keeps it."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from pymongo import MongoClient

from prismongo.check import check
from prismongo.pull import Pulled, pull
from prismongo.schema import parse, push
from prismongo.schema.files import schema_of_text
from prismongo.stores.wanted.indexes import wanted_images
from tests.pull.databases import Database, databases, kept, parsed, reduced

PATH = Path("schema.prisma")


async def round_trip(
    database: Database, url: str, client: MongoClient[Any], *, enums: bool
) -> Pulled:
    await push(parsed(database), url)
    for collection, rows in database.documents.items():
        client.get_default_database()[collection].insert_many(rows)
    return await pull(url, None, PATH, enums=enums)


@settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # an example needs a server: no shrinking
)
@given(database=databases(), enums=st.booleans(), data=st.data())
def test_the_datamodel_comes_back(
    database: Database, enums: bool, data: st.DataObject, mongo_url: str
) -> None:
    with MongoClient[Any](mongo_url) as client:
        client.drop_database(client.get_default_database().name)
        pulled = asyncio.run(round_trip(database, mongo_url, client, enums=enums))

    text = pulled.files[PATH]
    found = parse(text)
    assert kept(found, enums=enums) == kept(parsed(database), enums=enums), text
    assert wanted_images(found) == wanted_images(parsed(database))
    for schema in (text, database.text):
        asyncio.run(is_settled(schema, mongo_url, enums=enums))
    before = data.draw(reduced(database.text))
    after = asyncio.run(is_added_to(before, mongo_url, enums=enums))
    assert kept(parse(after), enums=enums) == kept(parsed(database), enums=enums), after


async def is_added_to(before: str, url: str, *, enums: bool) -> str:
    """The schema with what it lacks: every line that is there stays, and then it lacks nothing."""
    pulled = await pull(url, schema_of_text(before, PATH), PATH, enums=enums)
    after = pulled.files.get(PATH, before)
    lines = iter(after.splitlines())
    assert all(line in lines for line in before.rstrip().splitlines()), after
    await is_settled(after, url, enums=enums)
    return after


async def is_settled(text: str, url: str, *, enums: bool) -> None:
    """A push does nothing, `check --sample` finds nothing, a second pull adds nothing."""
    datamodel = parse(text)
    pushed = await push(datamodel, url)
    assert pushed.plan.steps == (), text
    checked = await check(datamodel, url, sample=100)
    assert isinstance(checked.documents, tuple)
    assert all(each.misfits == () for each in checked.documents), (checked.documents, text)
    again = await pull(url, schema_of_text(text, PATH), PATH, enums=enums)
    assert again.files == {}
    assert again.blocks == ()
