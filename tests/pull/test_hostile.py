"""Stored documents that no driver would write: pull reads what it can, and its schema is valid."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from bson import ObjectId

from prismongo.pull import pull
from prismongo.schema import parse, push
from prismongo.schema.files import schema_of_text
from tests.hostile_documents import BAD, VALUES, numbered, text_of
from tests.pull.shapes import Live

PATH = Path("schema.prisma")


async def pulled(url: str) -> str:
    """The schema, which parses, which the database fits, and which a second pull leaves alone."""
    text = (await pull(url, None, PATH)).files[PATH]
    assert (await push(parse(text), url, drop=False)).plan.to_do(drop=True) == ()
    assert (await pull(url, schema_of_text(text, PATH), PATH)).files == {}
    return text


@pytest.mark.parametrize("value", VALUES.values(), ids=VALUES)
async def test_a_value_of_any_type(live: Live, mongo_url: str, value: Any) -> None:
    live["Thing"].insert_many([{"value": value, "values": [value]}, {"value": value}])
    assert "model Thing" in await pulled(mongo_url)


async def test_values_of_all_types_in_one_field(live: Live, mongo_url: str) -> None:
    live["Thing"].insert_many([{"value": value} for value in VALUES.values()])
    (line,) = [each for each in (await pulled(mongo_url)).splitlines() if " value " in each]
    assert "Json" in line


async def test_a_document_a_hundred_levels_deep(live: Live, mongo_url: str) -> None:
    """MongoDB stores no more than 180 levels, of which a schema needs a type each."""
    deep: dict[str, Any] = {"b": 1}
    for _ in range(100):
        deep = {"a": deep}
    live["Thing"].insert_one({"value": deep})
    assert "model Thing" in await pulled(mongo_url)


async def test_bytes_that_are_no_text_and_names_that_come_twice(live: Live, mongo_url: str) -> None:
    live["Thing"].insert_one(numbered(1, (b"\x02", b"name", BAD)))
    live["Thing"].insert_one(
        numbered(2, (b"\x02", b"name", text_of(b"a")), (b"\x10", b"name", bytes(4)))
    )
    live["Thing"].insert_one({"_id": ObjectId(), "__proto__": 1, "a.b": 2, "$where": 3})
    assert "model Thing" in await pulled(mongo_url)


async def test_a_document_of_16_megabytes(live: Live, mongo_url: str) -> None:
    live["Thing"].insert_one({"value": "x" * (16 * 1024 * 1024 - 100)})
    assert "value String" in " ".join((await pulled(mongo_url)).split())


async def test_two_indexes_of_the_same_keys(live: Live, mongo_url: str) -> None:
    """A schema has one of them; the unique one says more."""
    live["Thing"].insert_many([{"email": "a"}, {"email": "b"}])
    live["Thing"].create_index("email", name="plain")
    partial = {"email": {"$gt": ""}}
    live["Thing"].create_index(
        "email", name="only_one", unique=True, partialFilterExpression=partial
    )
    text = await pulled(mongo_url)
    assert '"only_one"' in text
    assert "The schema has no words for the index plain." in text


@pytest.mark.parametrize("value", ["a text", 5])
async def test_a_ttl_of_what_is_no_date(live: Live, mongo_url: str, value: object) -> None:
    live["Thing"].insert_many([{"at": datetime(2024, 1, 1, tzinfo=UTC)}, {"at": value}])
    live["Thing"].create_index("at", name="expiry", expireAfterSeconds=2**31 - 1)
    assert "The schema has no words for the index expiry." in await pulled(mongo_url)


INDEXES: dict[str, list[tuple[Any, dict[str, Any]]]] = {
    "unique and text": [([("a", "text")], {}), ([("a", 1)], {"unique": True})],
    "plain and text": [([("a", 1)], {}), ([("a", "text")], {})],
    "two texts, one plain of both": [
        ([("a", "text"), ("b", "text")], {}),
        ([("a", 1), ("b", 1)], {}),
    ],
    "a text behind a field, and a plain one": [
        ([("a", 1), ("b", "text")], {}),
        ([("a", 1), ("b", 1)], {}),
    ],
    "two collations": [
        ([("a", 1)], {"collation": {"locale": "de"}, "name": "de"}),
        ([("a", 1)], {}),
    ],
    "unique and partial": [
        ([("a", 1)], {"unique": True, "name": "one"}),
        ([("a", 1)], {"partialFilterExpression": {"b": 1}, "name": "two"}),
    ],
    "both directions": [([("a", 1)], {}), ([("a", -1)], {})],
}
"""Several indexes of the same fields: Prisma allows one of a direction, of whatever kind."""


@pytest.mark.parametrize(
    "filter",
    [{"a": {"$type": "string"}}, {"b": {"$gt": 5}}, {"b": True}, {"a": {"$exists": True}}],
    ids=["a text", "another field", "a flag", "there"],
)
@pytest.mark.parametrize("documents", [[], [{"a": "one"}], [{"a": "one", "b": 6}, {"b": 6}]])
async def test_a_partial_unique(
    live: Live, mongo_url: str, filter: dict[str, Any], documents: list[dict[str, Any]]
) -> None:
    """Also of a field that documents lack: the schema that is pulled has the same index."""
    live["Thing"].create_index("a", unique=True, partialFilterExpression=filter)
    live["Thing"].insert_many(documents) if documents else None
    text = await pulled(mongo_url)
    assert "has no words" not in text
    assert len(parse(text).models[0].indexes) == 2


@pytest.mark.parametrize("indexes", INDEXES.values(), ids=INDEXES)
async def test_several_indexes_of_the_same_fields(
    live: Live, mongo_url: str, indexes: list[tuple[Any, dict[str, Any]]]
) -> None:
    live["Thing"].insert_one({"a": "one", "b": "two"})
    for keys, options in indexes:
        live["Thing"].create_index(keys, **options)
    text = await pulled(mongo_url)
    told = len(parse(text).models[0].indexes) - 1
    untold = text.count("// The schema has no words for the index ")
    assert told + untold == len(indexes)
    assert told >= 1


NOBODY_HAS: dict[str, tuple[Any, dict[str, Any]]] = {
    "plain": ([("1st", 1)], {}),
    "unique": ([("1st", 1)], {"unique": True}),
    "text": ([("1st", "text")], {}),
    "dates": ([("1st", 1)], {"expireAfterSeconds": 5}),
    "two": ([("a", 1), ("1st", -1)], {}),
    "one that can be and one that cannot": ([("1st", 1), ("a.b", 1)], {}),
    "dates of texts": ([("a", 1)], {"expireAfterSeconds": 5}),
    "hashed dates": ([("1st", "hashed")], {"expireAfterSeconds": 5}),
}
"""Indexes of fields that no document has, and of others that it has otherwise."""


@pytest.mark.parametrize("index", NOBODY_HAS.values(), ids=NOBODY_HAS)
async def test_an_index_of_a_field_that_no_document_has(
    live: Live, mongo_url: str, index: tuple[Any, dict[str, Any]]
) -> None:
    live["Thing"].insert_one({"a": "text"})
    live["Thing"].create_index(index[0], **index[1])
    text = await pulled(mongo_url)
    told = len(parse(text).models[0].indexes) - 1
    assert told + text.count(" index ") - text.count("an index does") == 1


async def test_indexes_of_objects(live: Live, mongo_url: str) -> None:
    """Prisma has no compound unique of a composite type; one of it alone identifies no record."""
    live["Thing"].insert_one({"a": {"x": 1}, "b": 1})
    live["Thing"].create_index([("b", 1), ("a", 1)], unique=True)
    live["Thing"].create_index("a", unique=True)
    text = await pulled(mongo_url)
    assert "// The schema has no words for the index b_1_a_1.\n" in text
    assert 'ThingA @unique(map: "a_1")' in " ".join(text.split())


async def test_ids_under_names_that_no_schema_has(live: Live, mongo_url: str) -> None:
    one = ObjectId()
    live["Thing"].insert_one({"_id": one, "$x": one, "a.b": one, "a": {"b": one}, "": [one]})
    assert "$x: no field can be stored by this name." in await pulled(mongo_url)
