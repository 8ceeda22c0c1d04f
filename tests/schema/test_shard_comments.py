"""`/// @shardKey([…])`: what it gives a model, and where and how it is refused."""

from __future__ import annotations

import pytest

from prismongo.errors import SchemaError
from prismongo.schema.datamodel import Model, ShardKeyPart
from prismongo.schema.fingerprint import fingerprint
from prismongo.schema.parser import parse

SOURCE = 'datasource db {\n  provider = "mongodb"\n  url = "x"\n}\n'
FIELDS = """
  id    String   @id @map("_id")
  room  String   @map("room_name")
  note  String?
  tags  String[]
  seen  DateTime @updatedAt
  meta  Json
  place Place
  owner Owner    @relation(fields: [room], references: [id])
"""
REST = """
type Place {
  city String
}
model Owner {
  id    String @id @map("_id")
  notes Note[]
}
"""


def text(comment: str, more: str = "") -> str:
    return f"{SOURCE}{comment}\nmodel Note {{{FIELDS}{more}\n}}\n{REST}"


def note(comment: str, more: str = "") -> Model:
    return parse(text(comment, more)).model["Note"]


def refusal(schema: str) -> SchemaError:
    with pytest.raises(SchemaError) as caught:
        parse(schema)
    return caught.value


@pytest.mark.parametrize(
    ("comment", "parts"),
    [
        ("/// @shardKey([room])", [("room", False)]),
        ("/// @shardKey([room, id])", [("room", False), ("id", False)]),
        ("/// Notes.\n///  @shardKey( [ room(hashed) , id ] )  ", [("room", True), ("id", False)]),
        ("/// @shardKey([id(hashed)])", [("id", True)]),
        ("/// no @shardKey([room])", []),
        ("// @shardKey([room])", []),
    ],
)
def test_the_fields_of_the_key(comment: str, parts: list[tuple[str, bool]]) -> None:
    assert note(comment).shard_key == tuple(ShardKeyPart(*part) for part in parts)


def test_the_fields_that_identify_a_record() -> None:
    model = note("/// @shardKey([room, id])")
    assert [field.db_name for field in model.shard_fields] == ["room_name", "_id"]
    assert [field.db_name for field in model.identity] == ["_id", "room_name"]


@pytest.mark.parametrize(
    "written",
    [
        "",
        "(room)",
        "[room]",
        "([])",
        "([room desc])",
        "([room(desc)])",
        "([room]) and",
        "([room,])",
    ],
)
def test_the_form(written: str) -> None:
    error = refusal(text(f"/// @shardKey{written}"))
    assert error.reason.startswith("`@shardKey` is written `@shardKey([communityId, id])`")
    assert (error.line, error.column) == (6, 7)


@pytest.mark.parametrize(
    ("key", "reason"),
    [
        ("rom", "the model `Note` has no field `rom`. Is `room` meant?"),
        ("room_name", "the model `Note` has no field `room_name`. Is `room` meant?"),
        ("note", "`note` is optional: every record must have the fields of its shard key."),
        ("tags", "`tags` is a list: MongoDB has no shard key of lists."),
        ("seen", "`seen` is `@updatedAt`: every write would move the record to another shard."),
        ("meta", "`meta` is Json: its values cannot be compared."),
        ("place", "`place` is of a composite type: name a scalar or an enum of the model."),
        ("owner", "`owner` is a relation: name the fields of its key."),
        ("room, room", "`room` is given twice."),
        ("room(hashed), id(hashed)", "one field at most can be `hashed`."),
    ],
)
def test_fields_that_cannot_be_in_a_key(key: str, reason: str) -> None:
    error = refusal(text(f"/// @shardKey([{key}])"))
    assert error.reason == f"`@shardKey` of `Note`: {reason}"
    assert (error.line, error.column) == (6, 7)


def test_it_stands_once() -> None:
    error = refusal(text("/// @shardKey([room])\n/// @shardKey([id])"))
    assert error.reason == "`@shardKey` is given twice."


@pytest.mark.parametrize(
    ("schema", "line"),
    [
        (text("", "  /// @shardKey([room])\n  title String"), 16),
        (text("", "  /// @shardKey([room])\n  @@index([room])"), 16),
        (f"{text('')}/// @shardKey([a])\ntype T {{\n a Int\n}}\n", 26),
        (f"{text('')}/// @shardKey([a])\nenum E {{\n a\n}}\n", 26),
    ],
)
def test_it_stands_above_a_model(schema: str, line: int) -> None:
    error = refusal(schema)
    assert error.reason == "`@shardKey` stands above a model."
    assert error.line == line


@pytest.mark.parametrize("written", ["shardkey", "ShardKey", "shardKeys", "shardKy", "SHARDKEY"])
def test_a_word_that_is_nearly_it(written: str) -> None:
    error = refusal(text(f"/// @{written}([room])"))
    assert error.reason == f"`@{written}` is no option. Is `@shardKey` meant?"


@pytest.mark.parametrize(
    ("key", "unique"),
    [
        ("room", "@@unique([room, note])"),
        ("room(hashed)", "@@unique([room, note])"),
        ("room, id", "@@unique([room, id])"),
        ("room", "@@unique([id, note])"),  # begins with `_id`
        ("room", "@@index([note])"),
    ],
)
def test_uniques_that_hold_over_all_shards(key: str, unique: str) -> None:
    assert note(f"/// @shardKey([{key}])", unique).shard_key


@pytest.mark.parametrize(
    ("key", "unique", "named", "wanted", "column"),
    [
        ("room", "nr Int @unique", "`@unique` on (nr)", "[room, nr]", 8),
        ("room", "@@unique([note, room])", "`@@unique` on (note, room)", "[room, note]", 1),
        ("room, id", "@@unique([room, note])", "`@@unique` on (room, note)", "[room, id, note]", 1),
        ("room", "@@unique([place.city])", "`@@unique` on (place.city)", "[room, place.city]", 1),
    ],
)
def test_uniques_that_do_not(key: str, unique: str, named: str, wanted: str, column: int) -> None:
    error = refusal(text(f"/// @shardKey([{key}])", unique))
    assert error.reason.startswith(f"{named} cannot be kept over all shards")
    assert error.reason.endswith(f"as in `@@unique({wanted})`.")
    assert (error.line, error.column) == (15, column)


def test_a_client_knows_its_keys() -> None:
    plain, keyed, hashed = (
        fingerprint(parse(text(comment)))
        for comment in ("", "/// @shardKey([room])", "/// @shardKey([room(hashed)])")
    )
    assert len({plain, keyed, hashed}) == 3
    assert fingerprint(parse(text("/// Notes."))) == plain
