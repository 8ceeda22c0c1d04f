"""Where new lines stand in a schema: in their block, whatever the user has written there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from bson import ObjectId
from pymongo.database import Database

from prismongo.pull import pull
from prismongo.schema import parse
from prismongo.schema.files import read_schema, schema_of_text

Live = Database[dict[str, Any]]
PATH = Path("schema.prisma")
HEAD = 'datasource db {\n  provider = "mongodb"\n  url      = env("DATABASE_URL")\n}\n'
ID = '  id String @id @default(auto()) @map("_id") @db.ObjectId\n'
MODEL = f"model people {{\n{ID}  name String\n}}\n"


@pytest.fixture
def grown(live: Live) -> Live:
    """A collection that has a field more than the schemas below."""
    live["people"].insert_one({"name": "a", "age": 1})
    return live


def added(before: str, after: str) -> list[str]:
    """The lines that are new; every other line is where it was."""
    old = before.splitlines()
    new: list[str] = []
    for line in after.splitlines():
        if old and old[0] == line:
            old.pop(0)
        else:
            new.append(line.strip())
    assert old == [], after
    return new


BLOCKS = {
    "a block comment at the end": MODEL.replace("}", "  /*\n  } once\n  } twice */\n}"),
    "the brace behind a comment": MODEL.replace("}", "  /* the end\n  */ }"),
    "a comment at the end of the last line": MODEL.replace("name String", "name String /* a\n} */"),
    "a comment that has a block": f"/*\nmodel people {{\n}}\n*/\n{MODEL}",
    "a comment behind the opening brace": MODEL.replace("{", "{ // {", 1),
    "a commented option at the end": MODEL.replace("}", "  /// @omit\n}"),
    "attributes in the middle": MODEL.replace("  name", "  @@index([name])\n  name"),
    "no blanks": MODEL.replace("model people {", "model people{"),
    "an enum of the same lines": f"enum other {{\n  people\n}}\n{MODEL}",
    "a generator of the same name": f'generator people {{\n  provider = "x"\n}}\n{MODEL}',
    "a brace in a text": MODEL.replace("name String", 'name String @default("\\n}")'),
}


@pytest.mark.parametrize("text", BLOCKS.values(), ids=BLOCKS)
async def test_a_new_line_stands_in_its_block(grown: Live, mongo_url: str, text: str) -> None:
    before = HEAD + text
    after = (await pull(mongo_url, schema_of_text(before, PATH), PATH)).files[PATH]
    assert added(before, after) == ["age Int @db.Int"]
    assert [item.name for item in parse(after).model["people"].fields] == ["id", "name", "age"]
    assert parse(after).model["people"].by_name["age"].documentation is None
    assert (await pull(mongo_url, schema_of_text(after, PATH), PATH)).files == {}


@pytest.mark.parametrize("end", ["", "\n", "\n\n\n\n\n\n", "\n  \n\t\n// end", "\n/*\n}\n*/\n\n\n"])
async def test_a_new_line_stands_in_its_file(
    grown: Live, mongo_url: str, tmp_path: Path, end: str
) -> None:
    """Whatever the files before it end with."""
    texts = {"a": HEAD, "b": "enum e {\n  x\n}", "c": MODEL, "d": "type t {\n  x Int\n}"}
    texts = {name: text.rstrip() + end for name, text in texts.items()}
    for name, text in texts.items():
        (tmp_path / f"{name}.prisma").write_text(text)
    files = (await pull(mongo_url, read_schema(tmp_path), tmp_path)).files
    assert set(files) == {tmp_path / "c.prisma"}
    assert added(texts["c"], files[tmp_path / "c.prisma"]) == ["age Int @db.Int"]


async def test_the_file_of_pulled_models_may_be_any_among_the_files(
    live: Live, mongo_url: str, tmp_path: Path
) -> None:
    """A new name that a file behind it has for something else is refused at the new block."""
    live["Foo-Bar"].insert_one({"a": 1})
    (tmp_path / "a.prisma").write_text(HEAD)
    (tmp_path / "pulled.prisma").write_text("enum e {\n  x\n}\n")
    (tmp_path / "z.prisma").write_text(f"model FooBar {{\n{ID}}}\nmodel foo_bar {{\n{ID}}}\n")
    files = (await pull(mongo_url, read_schema(tmp_path), tmp_path)).files
    assert '@@map("Foo-Bar")' in files[tmp_path / "pulled.prisma"]
    for path, text in files.items():
        path.write_text(text)
    assert (await pull(mongo_url, read_schema(tmp_path), tmp_path)).files == {}


# --- relations that the schema cannot have ---

IGNORED = "model people {\n{ID}  name String\n  @@ignore\n}\n".replace("{ID}", ID)


@pytest.mark.parametrize("order", [["people", "posts"], ["posts", "people"]])
async def test_a_relation_to_or_of_an_ignored_model_is_not_proposed(
    live: Live, mongo_url: str, order: list[str]
) -> None:
    to, of = order
    live[to].insert_one({"_id": (one := ObjectId()), "name": "a"})
    live[of].insert_one({"name": "a", "otherId": one})
    before = HEAD + IGNORED
    after = (await pull(mongo_url, schema_of_text(before, PATH), PATH)).files[PATH]
    note = f"// 100%, 1 of 1 ids, are in {to}: no relation, for the model people is ignored."
    assert note in added(before, after)
    assert "@relation" not in after
    assert (await pull(mongo_url, schema_of_text(after, PATH), PATH)).files == {}


@pytest.mark.parametrize("is_list", [False, True])
async def test_a_relation_that_prisma_refuses_is_not_proposed(
    live: Live, mongo_url: str, is_list: bool
) -> None:
    """The id is of another type than the field would be."""
    ones = [ObjectId() for _ in range(2)]
    key = (lambda one: [one]) if is_list else (lambda one: one)
    posts = {"postIds": ones} if is_list else {}
    live["people"].insert_one({"_id": ones[0], "name": "a", **posts})
    live["posts"].insert_many([{"_id": one, "otherId": key(ones[0])} for one in ones])
    before = HEAD + MODEL.replace("String @id @default(auto())", "Bytes @id")
    after = (await pull(mongo_url, schema_of_text(before, PATH), PATH)).files[PATH]
    note = "are in people: no relation, for Prisma refuses it."
    assert any(line.endswith(note) for line in added(before, after))
    assert "@relation" not in after
    assert (await pull(mongo_url, schema_of_text(after, PATH), PATH)).files == {}


async def test_force_keeps_datasource_and_generators_whole(live: Live, mongo_url: str) -> None:
    live["cats"].insert_one({"a": 1})
    generator = 'generator client {\n  provider = "prisma-client-py" /*\n}\n{ */\n  /* end */ }\n'
    before = schema_of_text(HEAD + generator + MODEL, PATH)
    after = (await pull(mongo_url, before, PATH, force=True)).files[PATH]
    assert after.startswith(f"{HEAD}\n{generator}\nmodel cats {{\n")
