"""parse: what the Datamodel holds beyond what the DMMF shows."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prismongo.errors import SchemaError
from prismongo.schema.datamodel import (
    Datamodel,
    Field,
    Function,
    IndexField,
    Literals,
    NativeType,
    Position,
    Relation,
)
from prismongo.schema.parser import parse
from tests.schema.official import FIXTURES


def datamodel_of(name: str) -> Datamodel:
    return parse((FIXTURES / f"{name}.prisma").read_text(encoding="utf-8"))


def field_of(name: str, model: str, field: str) -> Field:
    return datamodel_of(name).model[model].by_name[field]


@pytest.mark.parametrize(
    ("field", "default"),
    [
        ("empty", Literals("")),
        ("quoted", Literals('a "quoted" word, a back\\slash, a tab\t, a line\nbreak, a slash/')),
        ("unicode", Literals("é😀 é😀")),
        ("uuid", Function("uuid")),
        ("nanoid12", Function("nanoid", (12,))),
        ("minus", Literals(-42)),
        ("named", Literals(7)),
        ("big", Literals(9223372036854775807)),
        ("whole", Literals(1.0)),
        ("no", Literals(False)),
        ("fixed", Literals("2020-02-29T12:34:56.789+01:00")),
        ("both", Function("now")),
        ("number", Literals("3")),
        ("bytes", Literals("aGVsbG8gd29ybGQ=")),
        ("colour", Literals("BLUE")),
        ("texts", Literals(("a", 'b "c"', ""))),
        ("none", Literals(())),
        ("floats", Literals((1.0, 2.5))),
        ("colours", Literals(("RED", "BLUE"))),
    ],
)
def test_defaults(field: str, default: Literals | Function) -> None:
    assert field_of("defaults", "Defaults", field).default == default


def test_a_float_default_is_a_float() -> None:
    default = field_of("defaults", "Defaults", "whole").default
    assert isinstance(default, Literals)
    assert isinstance(default.value, float)


def test_native_types_and_stored_names() -> None:
    field = field_of("many_to_many", "Student", "taughtIds")
    assert field.native_type == NativeType("ObjectId")
    assert field.is_object_id
    assert field.db_name == "taught_ids"
    assert datamodel_of("mapped").model["Renamed"].db_name == "renamed.collection"


def test_updated_at() -> None:
    assert field_of("scalars", "Everything", "touchedAt").is_updated_at
    assert not field_of("scalars", "Everything", "moment").is_updated_at


def test_relations_are_named_by_alphabet() -> None:
    assert field_of("named_relations", "Zebra", "apples").relation == Relation("AppleToZebra")
    assert field_of("named_relations", "Apple", "zebra").relation == Relation(
        "AppleToZebra", ("zebraId",), ("id",)
    )


def test_relations_keep_their_names_and_actions() -> None:
    assert field_of("named_relations", "Transfer", "auditor").relation == Relation(
        'with space and "quotes"', ("auditorId",), ("id",), "SetNull", "SetNull"
    )


def test_links_lead_both_ways() -> None:
    datamodel = datamodel_of("relations")
    user, post = datamodel.model["User"], datamodel.model["Post"]
    down, up = datamodel.link(user, "posts"), datamodel.link(post, "author")
    assert (down.target, down.opposite, down.holds_key) == (post, up.field, False)
    assert (up.target, up.opposite, up.holds_key) == (user, down.field, True)
    assert down.local == up.remote == (user.by_name["id"],)
    assert down.remote == up.local == (post.by_name["authorId"],)
    assert down.on_delete == up.on_delete == "Restrict"


def test_a_required_key_restricts_whatever_the_relation_says() -> None:
    text = (FIXTURES / "relations.prisma").read_text(encoding="utf-8")
    text = text.replace("categoryId String?", "categoryId String")
    datamodel = parse(text)
    assert datamodel.link(datamodel.model["Post"], "category").on_delete == "Restrict"
    datamodel = datamodel_of("relations")
    assert datamodel.link(datamodel.model["Post"], "category").on_delete == "SetNull"


def test_links_of_a_self_relation_differ() -> None:
    datamodel = datamodel_of("self_relations")
    employee = datamodel.model["Employee"]
    up, down = datamodel.link(employee, "manager"), datamodel.link(employee, "reports")
    assert (up.opposite.name, down.opposite.name) == ("reports", "manager")
    assert up.holds_key
    assert not down.holds_key


def test_id_lists_are_many_to_many() -> None:
    datamodel = datamodel_of("many_to_many")
    link = datamodel.link(datamodel.model["Student"], "courses")
    assert link.is_many_to_many
    assert link.holds_key
    assert link.local == (datamodel.model["Student"].by_name["courseIds"],)


def test_uniques_by_the_names_that_a_client_uses() -> None:
    names = set(datamodel_of("uniques").model["Membership"].uniques)
    assert names >= {"id", "nickname", "rank", "userId_communityId", "place", "triple", "c", "b"}


def test_indexes_keep_order_sort_and_paths() -> None:
    [index] = [
        index for index in datamodel_of("composites").model["Person"].indexes if index.db_name
    ]
    assert index.fields == (IndexField(("work", "city")), IndexField(("others", "zip")))
    kinds = [index.kind for index in datamodel_of("uniques").model["Membership"].indexes]
    assert kinds == ["id", *["unique"] * 10]


def test_what_is_ignored_stays_in_the_datamodel() -> None:
    datamodel = datamodel_of("ignored")
    assert datamodel.model["Gone"].ignored
    visible = datamodel.model["Visible"]
    ignored = {item.name for item in visible.fields if item.ignored}
    assert ignored == {"hidden", "secret", "legacy", "needed", "several", "gone", "other"}
    assert visible.by_name["legacy"].type == "Unsupported"


def test_enums_map_both_ways() -> None:
    role = datamodel_of("enums").enum["Role"]
    assert role.stored["ADMIN"] == "administrator"
    assert role.members["administrator"] == "ADMIN"
    assert role.stored["MEMBER"] == "MEMBER"


def test_composite_types() -> None:
    address = datamodel_of("composites").type["Address"]
    assert address.by_name["city"].db_name == "town"
    assert address.by_name["geo"].kind == "composite"
    assert address.documentation == "Where somebody lives."


def test_configuration_blocks() -> None:
    datamodel = datamodel_of("configuration")
    [source] = datamodel.datasources
    assert source.url == Function("env", ("DATABASE_URL",))
    assert source.properties["directUrl"] == Function("env", ("DIRECT_URL",))
    client, js, custom = datamodel.generators
    assert client.properties["enable_experimental_decimal"] is True
    assert client.properties["recursive_type_depth"] == 5
    assert client.properties["binaryTargets"] == ("native", Function("env", ("BINARY_TARGET",)))
    assert js.provider == "prisma-client-js"
    assert custom.properties["array"] == ("a", "b")
    assert datamodel_of("comments").generators[0].documentation == "Documents the generator."


def test_positions_are_of_the_names() -> None:
    model = datamodel_of("layout").model["A"]
    assert model.position == Position(11, 7)
    assert model.by_name["tabbed"].position == Position(13, 2)
    assert [index.position for index in model.indexes][-1] == Position(18, 1)


BLOCK_COMMENTS = """
/**
 * Whoever
 * signs up.
 */
model User {
  /* the key */ id String @id @map("_id") /* never shown
                                           to anybody */
  /// One line,
  /* and another. */
  name String /// And one behind.
  /* @ttl(5) is prose here */ // plain
  age Int
  /***/
  url String @default("/* a */")
}

datasource db {
  provider = "mongodb" /* a
                          b */
  url = "x"
}
"""


def test_block_comments_document_what_follows() -> None:
    model = parse(BLOCK_COMMENTS).model["User"]
    assert model.documentation == "Whoever\nsigns up."
    assert {item.name: item.documentation for item in model.fields} == {
        "id": "the key\nnever shown\nto anybody",
        "name": "One line,\nand another.\nAnd one behind.",
        "age": "@ttl(5) is prose here",
        "url": None,
    }
    assert model.by_name["url"].default == Literals("/* a */")
    assert model.by_name["id"].position == Position(7, 17)
    assert model.by_name["url"].position == Position(15, 3)


def test_the_datamodel_is_frozen_and_equal_to_another_of_its_text() -> None:
    first, second = datamodel_of("relations"), datamodel_of("relations")
    assert first == second
    with pytest.raises(AttributeError):
        first.models[0].name = "Other"  # type: ignore[misc]  # that it cannot is what is shown


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_nothing_but_a_schema_error_comes_of_a_broken_text(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(["relations", "composites", "indexes", "comments", "layout"]))
    text = (FIXTURES / f"{name}.prisma").read_text(encoding="utf-8")
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 40)))
    put = data.draw(st.text('@()[]{}"\\,:=?!. \n/abc09_-é', max_size=6))
    with suppress(SchemaError):
        parse(text[:start] + put + text[end:])


def test_parses_the_schema_of_this_project() -> None:
    text = Path("schema.prisma").read_text(encoding="utf-8")
    assert "Message" in parse(text).model
