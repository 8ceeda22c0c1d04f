"""Datamodel → index specs, by tables; no server."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from bson import ObjectId, Timestamp

from prismongo.errors import SchemaError
from prismongo.schema.parser import parse
from prismongo.stores.wanted.indexes import wanted_indexes
from prismongo.stores.wanted.specs import IndexSpec
from tests.stores.mongo.push.schemas import ID, schema

NUMBER = float("-inf")
PARTIAL = '{"gone": false, "at": {"$date": "2020-01-01T00:00:00Z"}}'


def wanted(*lines: str) -> tuple[IndexSpec, ...]:
    return wanted_indexes(schema(*lines))["User"]


def only(*lines: str) -> dict[str, Any]:
    (index,) = wanted(*lines)
    return index.document()


@pytest.mark.parametrize(
    ("lines", "document"),
    [
        (
            ["name String @unique"],
            {"key": {"name": 1}, "name": "User_name_key", "unique": True},
        ),
        (
            ['name String @unique(map: "mine", sort: Desc)'],
            {"key": {"name": -1}, "name": "mine", "unique": True},
        ),
        (
            ['name String @map("full_name")', "@@index([name])"],
            {"key": {"full_name": 1}, "name": "User_full_name_idx"},
        ),
        (
            ["a Int", "b Int", "@@index([b(sort: Desc), a])"],
            {"key": {"b": -1, "a": 1}, "name": "User_b_a_idx"},
        ),
        (
            ["a Int", "b Int", '@@unique([a, b], name: "pair", map: "a_b")'],
            {"key": {"a": 1, "b": 1}, "name": "a_b", "unique": True},
        ),
        (
            ["address Address", "@@index([address.zip])"],
            {"key": {"address.postcode": 1}, "name": "User_address_postcode_idx"},
        ),
        (
            ["a Int", "@@index([a, id(sort: Desc)])"],
            {"key": {"a": 1, "_id": -1}, "name": "User_a__id_idx"},
        ),
        (
            ["tags String[] @unique"],
            {"key": {"tags": 1}, "name": "User_tags_key", "unique": True},
        ),
        (
            ["t String", "s String", "n Int", "@@fulltext([n(sort: Desc), t, s])"],
            {
                "key": {"n": -1, "s": "text", "t": "text"},
                "name": "User_n_t_s_idx",
                "collation": {"locale": "simple"},
            },
        ),
    ],
)
def test_names_and_keys_are_prismas(lines: list[str], document: dict[str, Any]) -> None:
    found = only(*lines)

    assert found == document
    assert list(found["key"]) == list(document["key"])


@pytest.mark.parametrize(
    ("declaration", "least"),
    [
        ("String?", ""),
        ("String? @db.ObjectId", ObjectId("0" * 24)),
        ("Colour?", ""),
        ("Int?", NUMBER),
        ("BigInt?", NUMBER),
        ("Float?", NUMBER),
        ("Boolean?", False),
        ("DateTime?", datetime(1, 1, 1, tzinfo=UTC)),
        ("DateTime? @db.Timestamp", Timestamp(0, 0)),
        ("Bytes?", b""),
        ("Bytes? @db.ObjectId", ObjectId("0" * 24)),
    ],
)
def test_an_optional_unique_holds_where_there_is_a_value(declaration: str, least: Any) -> None:
    partial = only(f"a {declaration} @unique")["partialFilterExpression"]

    assert partial == {"a": {"$gte": least}}
    assert type(partial["a"]["$gte"]) is type(least)


def test_an_optional_unique_json_holds_for_every_type() -> None:
    partial = only("a Json? @unique")["partialFilterExpression"]

    assert [each["a"]["$gte"] for each in partial["$or"]] == ["", NUMBER, {}, [], False]


@pytest.mark.parametrize(
    ("lines", "partial"),
    [
        (["a Int?", "b Int", "c String?", "@@unique([a, b, c])"], {"a": NUMBER, "c": ""}),
        (["a Int?", '@@unique([a], map: "x")'], {"a": NUMBER}),
        (["address Address?", "@@unique([address.street])"], {"address.street": ""}),
        (["address Address", "@@unique([address.zip])"], {"address.postcode": ""}),
    ],
)
def test_every_optional_member_must_be_present(lines: list[str], partial: dict[str, Any]) -> None:
    found = only(*lines)["partialFilterExpression"]

    assert found == {path: {"$gte": least} for path, least in partial.items()}


@pytest.mark.parametrize(
    "lines",
    [
        ["a Int @unique"],
        ["a Int?", "@@index([a])"],
        ["a Int[] @unique"],
        ["addresses Address[]", "@@unique([addresses.zip])"],
        ['a Unsupported("polygon")? @unique'],
    ],
)
def test_the_others_hold_for_every_document(lines: list[str]) -> None:
    assert "partialFilterExpression" not in only(*lines)


def test_two_optional_jsons_are_joined() -> None:
    partial = only("a Json?", "b Json?", "@@unique([a, b])")["partialFilterExpression"]

    assert [list(each) for each in partial["$and"]] == [["$or"], ["$or"]]


@pytest.mark.parametrize("lines", [["@@index([id])"], []])
def test_the_index_that_is_always_there_is_not_wanted(lines: list[str]) -> None:
    assert wanted(*lines) == ()


def test_collections_are_there_without_indexes_and_by_their_stored_names() -> None:
    model = f'model Other {{\n{ID}\n@@map("others")\n@@ignore\n}}'

    assert wanted_indexes(schema(also=model)) == {"User": (), "others": ()}


@pytest.mark.parametrize(
    ("lines", "document"),
    [
        (
            ["/// @ttl(3600)", "at DateTime"],
            {"key": {"at": 1}, "name": "User_at_idx", "expireAfterSeconds": 3600},
        ),
        (
            ["/// when it ends", "/// @ttl(0)", "at DateTime", '@@index([at], map: "x")'],
            {"key": {"at": 1}, "name": "x", "expireAfterSeconds": 0},
        ),
        (
            ["at DateTime", "/// @ttl(60)", "@@index([at(sort: Desc)])"],
            {"key": {"at": -1}, "name": "User_at_idx", "expireAfterSeconds": 60},
        ),
        (
            ["a Int", "@@index([a]) /// @sparse"],
            {"key": {"a": 1}, "name": "User_a_idx", "sparse": True},
        ),
        (
            ["a Int? @unique /// @sparse"],
            {"key": {"a": 1}, "name": "User_a_key", "unique": True, "sparse": True},
        ),
        (
            [f"/// @partial({PARTIAL})", "a Int @unique"],
            {
                "key": {"a": 1},
                "name": "User_a_key",
                "unique": True,
                "partialFilterExpression": {
                    "gone": False,
                    "at": datetime(2020, 1, 1, tzinfo=UTC),
                },
            },
        ),
        (
            ["a Int?", "b Int?", '/// @partial({"b": 1})', "@@unique([a, b])"],
            {
                "key": {"a": 1, "b": 1},
                "name": "User_a_b_key",
                "unique": True,
                "partialFilterExpression": {"a": {"$gte": NUMBER}, "b": 1},
            },
        ),
        (
            ['/// @collation({"locale": "en", "strength": 2})', "name String @unique"],
            {
                "key": {"name": 1},
                "name": "User_name_key",
                "unique": True,
                "collation": {"locale": "en", "strength": 2},
            },
        ),
    ],
)
def test_comments_give_what_the_language_cannot_say(
    lines: list[str], document: dict[str, Any]
) -> None:
    assert only(*lines) == document


def test_the_comment_of_an_index_is_not_that_of_the_next_field() -> None:
    lines = ["a DateTime", "/// @ttl(5)", "@@index([a])", "b DateTime", "@@index([b])"]

    assert [index.expire_after for index in wanted(*lines)] == [5, None]


def test_a_comment_is_prose_unless_a_line_begins_with_an_option() -> None:
    lines = ["/// not @ttl(5), nor ttl(5)", "/// @Python(type: 1) @sparse", "a DateTime @unique"]

    assert only(*lines) == {"key": {"a": 1}, "name": "User_a_key", "unique": True}


def test_a_dense_unique_has_every_document() -> None:
    assert only("a Int? @unique /// @dense") == {
        "key": {"a": 1},
        "name": "User_a_key",
        "unique": True,
    }


def test_a_dense_partial_unique_has_every_document_that_matches() -> None:
    assert only('/// @partial({"b": 1})', "/// @dense", "a Int? @unique") == {
        "key": {"a": 1},
        "name": "User_a_key",
        "unique": True,
        "partialFilterExpression": {"b": 1},
    }


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        (["/// @ttl", "a DateTime"], "`@ttl` is written `@ttl(3600)`"),
        (["/// @ttl(1h)", "a DateTime"], "`@ttl` is written"),
        (["/// @ttl(-1)", "a DateTime"], "`@ttl` is written"),
        (["/// @ttl(2147483648)", "a DateTime"], "`@ttl` is written"),
        (["/// @ttl(1.5)", "a DateTime"], "`@ttl` is written"),
        (["/// @sparse()", "a Int @unique"], "`@sparse` is written"),
        (["/// @sparse matrix", "a Int @unique"], "`@sparse` is written"),
        (["/// @partial({a: 1})", "a Int @unique"], "`@partial` is written"),
        (["/// @partial([1])", "a Int @unique"], "`@partial` is written"),
        (["/// @partial({})", "a Int @unique"], "`@partial` is written"),
        (['/// @partial({"a": {"$oid": "x"}})', "a Int @unique"], "`@partial` is written"),
        (["/// @collation(en)", "a Int @unique"], "`@collation` is written"),
        (["/// @ttl(1)", "/// @ttl(2)", "a DateTime"], "`@ttl` is given twice."),
        (['/// @partial({"a": 1})', "/// @sparse", "a Int @unique"], "not both"),
        (["/// @ttl(1)", "a Int"], "`@ttl` needs an index on one DateTime field."),
        (["a DateTime", "b Int", "/// @ttl(1)", "@@index([a, b])"], "`@ttl` needs"),
        (["/// @dense()", "a Int? @unique"], "`@dense` is written"),
        (["/// @dense", "/// @sparse", "a Int? @unique"], "`@dense` or `@sparse`, not both"),
        (["/// @sparse", "a Int"], "give `a` @unique, or add @@index"),
        (["/// @sparse", "a Int", "@@index([a]) /// @sparse"], "both there and here"),
    ],
)
def test_an_option_that_cannot_be_is_refused_with_its_place(lines: list[str], reason: str) -> None:
    datamodel = schema(*lines)

    with pytest.raises(SchemaError) as caught:
        wanted_indexes(datamodel)

    assert reason in caught.value.reason
    assert caught.value.line > 0


def test_an_option_in_a_composite_type_is_refused() -> None:
    datamodel = schema(also="type Point {\n/// @sparse\nx Int\n}")

    with pytest.raises(SchemaError, match="@@index or @@unique of the model"):
        wanted_indexes(datamodel)


def test_a_view_has_no_collection() -> None:
    datamodel = parse(
        'generator x {\n  provider = "x"\n  previewFeatures = ["views"]\n}\n'
        'datasource db {\n  provider = "mongodb"\n  url = "x"\n}\n'
        'model A {\n  id String @id @map("_id")\n}\nview V {\n  x Int @unique\n}\n'
    )
    assert wanted_indexes(datamodel) == {"A": ()}
