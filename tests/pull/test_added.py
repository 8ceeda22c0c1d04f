"""A schema that is there is added to: what its user wrote stays, byte for byte."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from bson import ObjectId
from pymongo.database import Database

from prismongo.errors import ConfigurationError, ConnectionError, SchemaError
from prismongo.pull import pull
from prismongo.schema import parse, push
from prismongo.schema.files import read_schema, schema_of_text

Live = Database[dict[str, Any]]
PATH = Path("schema.prisma")
WRITTEN = """// my file
datasource db {
  provider = "mongodb"
  url      = env("MY_URL")
}
generator client {
  provider = "prisma-client-py"
}
/// A person.
model Person {
  key      String   @id @default(auto()) @map("_id") @db.ObjectId // the key
  fullName String   @map("name") @unique(map: "mine")
  home     Home?
  /* posts of hers } */
  notes    Json?    @ignore
  @@map("people")
}
type Home {
  town String @map("city") /// where
}
"""


@pytest.fixture
def filled(live: Live) -> Live:
    """A database that has more than the schema says."""
    one = ObjectId()
    home = {"city": "x", "zip": "1", "geo": {"lat": 1.5}}
    live["people"].insert_one({"_id": one, "name": "a", "home": home, "age": 5, "notes": 1})
    live["people"].create_index("name", unique=True, name="mine")
    live["people"].create_index([("age", -1)])
    live["posts"].insert_one({"personId": one, "title": "t"})
    return live


async def test_what_is_there_stays(filled: Live, mongo_url: str) -> None:
    pulled = await pull(mongo_url, schema_of_text(WRITTEN, PATH), PATH)

    text = pulled.files[PATH]
    lines = text.splitlines()
    kept = iter(lines)
    assert all(line in kept for line in WRITTEN.splitlines())
    model = parse(text).model["Person"]
    assert [item.name for item in model.fields] == [
        *("key", "fullName", "home", "notes", "age", "posts")
    ]
    assert any("fields: [personId], references: [key]" in line for line in lines)
    assert '  @@index([age(sort: Desc)], map: "age_-1")' in lines
    assert set(parse(text).type["Home"].by_name) == {"town", "zip", "geo"}
    assert set(pulled.blocks) == {"model Person", "model posts", "type Home", "type HomeGeo"}
    assert (await push(parse(text), mongo_url)).plan.steps == ()
    assert (await pull(mongo_url, schema_of_text(text, PATH), PATH)).files == {}


async def test_a_schema_that_lacks_nothing_stays(live: Live, mongo_url: str) -> None:
    live["people"].insert_one({"name": "a"})
    pulled = await pull(mongo_url, schema_of_text(WRITTEN, PATH), PATH)
    assert (pulled.files, pulled.blocks, pulled.read) == ({}, (), 1)


async def test_force_makes_the_models_anew(filled: Live, mongo_url: str) -> None:
    pulled = await pull(mongo_url, schema_of_text(WRITTEN, PATH), PATH, force=True)
    datamodel = parse(pulled.files[PATH])
    assert set(datamodel.model) == {"people", "posts"}
    assert 'env("MY_URL")' in pulled.files[PATH]
    assert "my file" not in pulled.files[PATH]


async def test_a_folder_is_added_to_file_by_file(
    filled: Live, mongo_url: str, tmp_path: Path
) -> None:
    folder = tmp_path / "prisma"
    folder.mkdir()
    head, _, models = WRITTEN.partition("/// A person.\n")
    (folder / "base.prisma").write_text(head)
    (folder / "person.prisma").write_text(models)
    schema = read_schema(folder)
    pulled = await pull(mongo_url, schema, folder)
    assert set(pulled.files) == {folder / "person.prisma", folder / "pulled.prisma"}
    for file, text in pulled.files.items():
        file.write_text(text)
    assert "model posts" in (folder / "pulled.prisma").read_text()
    assert (await pull(mongo_url, read_schema(folder), folder)).files == {}
    with pytest.raises(ConfigurationError, match="this schema is a folder"):
        await pull(mongo_url, schema, folder, force=True)


async def test_the_sample_is_respected_and_told(live: Live, mongo_url: str) -> None:
    live["many"].insert_many([{"n": n} for n in range(50)])
    seen: list[tuple[str, int, int]] = []
    pulled = await pull(mongo_url, None, PATH, sample=7, progress=lambda *told: seen.append(told))
    assert pulled.read == 7
    assert "// Read 7 of 50 documents." in pulled.files[PATH]
    assert ("documents, many", 7, 7) in seen


async def test_nothing_in_the_database_changes(filled: Live, mongo_url: str) -> None:
    before = filled.command("dbHash")["md5"]
    await pull(mongo_url, None, PATH)
    assert filled.command("dbHash")["md5"] == before


async def test_an_empty_database(mongo_url: str) -> None:
    pulled = await pull(mongo_url, None, PATH)
    assert parse(pulled.files[PATH]).models == ()


async def test_what_cannot_be(mongo_url: str) -> None:
    with pytest.raises(SchemaError, match="This line is invalid"):
        await pull(mongo_url, schema_of_text("nonsense", PATH), PATH)
    nowhere = "mongodb://127.0.0.1:1/x?serverSelectionTimeoutMS=100"
    with pytest.raises(ConnectionError):
        await pull(nowhere, None, PATH)


@pytest.mark.parametrize(
    ("rows", "enum"),
    [
        ([{"s": s} for s in "aabbaabb"], "a b"),
        ([{"s": ["a", "b"]} for _ in range(4)], "a b"),
        ([{"s": s} for s in ("to do", "1st") * 4], 'st @map("1st") to_do @map("to do")'),
        ([{"s": "a"} for _ in range(20)], None),
        ([{"s": f"{n}"} for n in range(20)], None),
        ([{"s": s} for s in ("", "a") * 4], None),
        ([{"s": s} for s in (1, "a", "b", "a", "b") * 4], None),
    ],
)
async def test_enums_where_asked(
    live: Live, mongo_url: str, rows: list[dict[str, Any]], enum: str | None
) -> None:
    live["x"].insert_many(rows)
    assert parse((await pull(mongo_url, None, PATH)).files[PATH]).enums == ()
    text = (await pull(mongo_url, None, PATH, enums=True)).files[PATH]
    found = text.partition("enum XS {\n")[2].partition("}")[0]
    assert " ".join(found.split()) == (enum or "")


async def test_a_share_of_hits_decides(live: Live, mongo_url: str) -> None:
    """All: a relation. Some: a comment with the share. Few: nothing."""
    ids = [ObjectId() for _ in range(10)]
    live["to"].insert_many([{"_id": one} for one in ids])
    strangers = [ObjectId() for _ in range(10)]
    for name, number in {"all": 10, "some": 7, "few": 2, "none": 0}.items():
        values = [*ids[:number], *strangers[number:]]
        live[name].insert_many([{"x": one} for one in values])
    text = (await pull(mongo_url, None, PATH)).files[PATH]
    shares = [line.strip() for line in text.splitlines() if "ids, are in" in line]
    assert shares == [
        "// 100%, 10 of 10 ids, are in to",
        "// 70%, 7 of 10 ids, are in to: no relation, for the others refer to nothing.",
    ]
    assert [item.kind for item in parse(text).model["all"].fields] == ["scalar"] * 2 + ["relation"]


async def test_an_index_of_fields_that_the_schema_has_an_index_of(
    live: Live, mongo_url: str
) -> None:
    """Prisma allows one of them only: the database may have a text index, or another name."""
    live["people"].insert_one({"name": "a", "age": 1})
    live["people"].create_index([("name", "text")])
    live["people"].create_index("age", name="of the age")
    written = WRITTEN.replace("@@map", "age Int @db.Int\n  @@index([age])\n  @@map")
    pulled = await pull(mongo_url, schema_of_text(written, PATH), PATH)
    assert pulled.files.get(PATH, written) == written


async def test_texts_of_a_text_index_are_in_an_order_that_no_index_has(
    live: Live, mongo_url: str
) -> None:
    """MongoDB does not keep it. If the name tells it, it comes back."""
    for name in ("x", "y"):
        live[name].insert_one({"a": "1", "b": "2", "c": "3"})
        live[name].create_index([("a", "text"), ("b", "text")], name="texts")
        live[name].create_index([("a", 1), ("b", 1)], name="plain")
    live["z"].insert_one({"a": "1", "b": "2", "c": "3", "n": 1})
    keys = [("n", -1), ("c", "text"), ("a", "text"), ("b", "text")]
    live["z"].create_index(keys, name="z_n_c_a_b_idx")  # type: ignore[arg-type]  # pairs, as it wants them
    text = (await pull(mongo_url, None, PATH)).files[PATH]
    assert text.count('  @@index([a, b], map: "plain")\n') == 2
    assert text.count('  @@fulltext([b, a], map: "texts")\n') == 2
    assert "  @@fulltext([n(sort: Desc), c, a, b])\n" in text
    assert "no words" not in text
    assert (await push(parse(text), mongo_url)).plan.steps == ()


@pytest.mark.parametrize("work", [{"city": "y", "zip": "2"}, {"city": "y"}])
async def test_a_composite_type_of_several_fields_is_added_to_once(
    live: Live, mongo_url: str, work: dict[str, str]
) -> None:
    """What one of its values lacks is optional, whichever field the value is in."""
    written = WRITTEN.replace("  home     Home?\n", "  home     Home?\n  work     Home?\n")
    live["people"].insert_many(
        [
            {"name": "a", "home": {"city": "x", "zip": "1"}, "work": work},
            {"name": "b", "work": {**work, "floor": 3}},
        ]
    )
    pulled = await pull(mongo_url, schema_of_text(written, PATH), PATH)
    lines = [line.split() for line in pulled.files[PATH].splitlines()]
    assert [line[:2] for line in lines if line[:1] in (["zip"], ["floor"])] == [
        ["zip", "String" if "zip" in work else "String?"],
        ["floor", "Int?"],
    ]
    again = await pull(mongo_url, schema_of_text(pulled.files[PATH], PATH), PATH)
    assert again.files == {}


async def test_an_index_into_what_a_composite_type_of_several_models_lacks(
    live: Live, mongo_url: str
) -> None:
    written = f'{WRITTEN}model firms {{\n  id String @id @map("_id")\n  home Home?\n}}\n'
    home = {"city": "x", "geo": {"lat": 1.5, "part": {"floor": 2}}}
    live["people"].insert_one({"name": "a", "home": home})
    live["firms"].insert_one({"_id": "a", "home": home})
    live["people"].create_index("name", unique=True, name="mine")
    for name in ("people", "firms"):
        live[name].create_index([("home.geo.part.floor", -1), ("home.geo.lat", 1)], name="my")
    after = (await pull(mongo_url, schema_of_text(written, PATH), PATH)).files[PATH]
    line = '  @@index([home.geo.part.floor(sort: Desc), home.geo.lat], map: "my")\n'
    assert after.count(line) == 2
    assert (await push(parse(after), mongo_url)).plan.steps == ()


async def test_a_composite_type_within_itself_is_added_to_once(live: Live, mongo_url: str) -> None:
    written = WRITTEN.replace("  town String", "  next Home?\n  town String")
    home = {"city": "x", "next": {"city": "y", "zip": "1", "next": {"city": "z", "zip": "2"}}}
    live["people"].insert_one({"name": "a", "home": home})
    pulled = await pull(mongo_url, schema_of_text(written, PATH), PATH)
    lines = [line.split() for line in pulled.files[PATH].splitlines()]
    assert [line[:2] for line in lines if line[:1] == ["zip"]] == [["zip", "String?"]]
