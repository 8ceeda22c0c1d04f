"""The picture of a schema: what is drawn, how models are chosen, both languages."""

from __future__ import annotations

from dataclasses import replace

import pytest

from prismongo.diagram import around, dot_text, mermaid_text, schema_picture
from prismongo.diagram.picture import Line, Row
from prismongo.errors import ConfigurationError
from prismongo.schema import Datamodel, parse

ID = 'id String @id @default(auto()) @map("_id") @db.ObjectId'
DATASOURCE = 'datasource db {\n  provider = "mongodb"\n  url = env("URL")\n}\n'
TEXT = f"""
{DATASOURCE}
model User {{
  {ID}
  email    String?  @unique
  teamIds  String[] @db.ObjectId
  teams    Team[]   @relation(fields: [teamIds], references: [id])
  posts    Post[]
  profile  Profile?
  home     Address?
  hidden   Int      @ignore
}}
model Team {{
  {ID}
  userIds String[] @db.ObjectId
  users   User[]   @relation(fields: [userIds], references: [id])
}}
model Profile {{
  {ID}
  userId String @unique @db.ObjectId
  user   User   @relation(fields: [userId], references: [id])
}}
model Post {{
  {ID}
  authorId String? @db.ObjectId
  author   User?   @relation(fields: [authorId], references: [id])
  rootId   String? @db.ObjectId
  root     Post?   @relation("Thread", fields: [rootId], references: [id], onDelete: NoAction, onUpdate: NoAction)
  replies  Post[]  @relation("Thread")
  tags     Tag[]
}}
model Lonely {{
  {ID}
}}
model Left {{
  {ID}
  @@ignore
}}
type Address {{
  street Street
}}
type Street {{
  name String
}}
type Tag {{
  name String
}}
"""  # noqa: E501  an attribute is one line


@pytest.fixture(scope="module")
def datamodel() -> Datamodel:
    return parse(TEXT)


def test_relations_and_composite_types_have_their_cardinality(datamodel: Datamodel) -> None:
    assert schema_picture(datamodel).lines == (
        Line("Team", "User", "many", "many", "users, teams"),
        Line("User", "Profile", "one", "optional", "user"),
        Line("User", "Post", "optional", "many", "author"),
        Line("Post", "Post", "optional", "many", "root"),
        Line("User", "Address", "one", "optional", "home", is_inside=True),
        Line("Post", "Tag", "one", "many", "tags", is_inside=True),
        Line("Address", "Street", "one", "one", "street", is_inside=True),
    )


def test_fields_have_their_types_and_keys(datamodel: Datamodel) -> None:
    entities = {each.name: each for each in schema_picture(datamodel).entities}
    assert entities["User"].rows == (
        Row("id", "String", ("PK",)),
        Row("email", "String", ("UK",), is_optional=True),
        Row("teamIds", "String[]", ("FK",)),
        Row("home", "Address", is_optional=True),
    )
    assert entities["Profile"].rows[1] == Row("userId", "String", ("FK", "UK"))
    assert entities["Address"].kind == "type"


def test_what_is_ignored_is_not_drawn(datamodel: Datamodel) -> None:
    assert "Left" not in {each.name for each in schema_picture(datamodel).entities}


def test_a_view_is_one() -> None:
    text = f'generator client {{\n  provider = "p"\n  previewFeatures = ["views"]\n}}\n{TEXT}'
    picture = schema_picture(parse(f"{text}\nview Totals {{\n  number Int\n}}\n"), {"Totals"})
    assert '    "Totals"["Totals (view)"] {\n' in mermaid_text(picture)


@pytest.mark.parametrize(
    ("names", "depth", "expected"),
    [
        (["User"], 0, "User Address Street"),
        (["Team"], 1, "Team User Address Street"),
        (["Team"], 2, "Team User Address Street Profile Post Tag"),
        (["Team", "Lonely"], 9, "Team User Address Street Profile Post Tag Lonely"),
        (["Street"], 0, "Street"),
        (["Street"], 2, "Street Address User"),
        (["Tag"], 1, "Tag Post"),
    ],
)
def test_models_are_chosen_with_those_around_them(
    datamodel: Datamodel, names: list[str], depth: int, expected: str
) -> None:
    found = around(datamodel, names, depth)
    assert found == set(expected.split())
    picture = schema_picture(datamodel, found)
    assert {each.name for each in picture.entities} == found
    assert {name for line in picture.lines for name in (line.start, line.end)} <= found


@pytest.mark.parametrize(
    ("name", "hint"), [("Usr", " Did you mean User?"), ("Left", ""), ("x", "")]
)
def test_a_model_that_is_not_there(datamodel: Datamodel, name: str, hint: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        around(datamodel, ["Team", name])
    assert str(caught.value) == f"The schema has no model and no composite type {name}.{hint}"


# --- the languages ---


def test_mermaid(datamodel: Datamodel) -> None:
    picture = schema_picture(datamodel, {"Profile", "User", "Address"})
    assert mermaid_text(picture) == (
        "erDiagram\n"
        '    "User" {\n'
        "        String id PK\n"
        '        String email UK "optional"\n'
        "        String[] teamIds FK\n"
        '        Address home "optional"\n'
        "    }\n"
        '    "Profile" {\n'
        "        String id PK\n"
        "        String userId FK, UK\n"
        "    }\n"
        '    "Address"["Address (type)"] {\n'
        "        Street street\n"
        "    }\n"
        '    "User" ||--o| "Profile" : "user"\n'
        '    "User" ||..o| "Address" : "home"\n'
    )


def test_names_alone(datamodel: Datamodel) -> None:
    picture = schema_picture(datamodel, {"Team", "User", "Tag"}, fields=False)
    assert mermaid_text(picture) == (
        'erDiagram\n    "User"\n    "Team"\n    "Tag"["Tag (type)"]\n'
        '    "Team" }o--o{ "User" : "users, teams"\n'
    )


@pytest.mark.parametrize("name", ["pk", "FK", "Uk"])
def test_a_field_that_mermaid_would_take_for_a_key(datamodel: Datamodel, name: str) -> None:
    picture = schema_picture(datamodel, {"Tag"})
    entity = replace(picture.entities[0], rows=(Row(name, "Int"),))
    text = mermaid_text(replace(picture, entities=(entity,)))
    assert f" {name}" not in text
    assert f" {name}" in text.replace("\N{WORD JOINER}", "")


def test_dot(datamodel: Datamodel) -> None:
    text = dot_text(schema_picture(datamodel, {"User", "Profile", "Address"}))
    assert text.startswith("digraph {\n")
    assert '<TD BGCOLOR="#e8e8e8"><B>Address</B> (type)</TD>' in text
    assert '<TD ALIGN="LEFT">email: String? UK</TD>' in text
    ends = "dir=both arrowtail=teetee arrowhead=teeodot"
    assert f'    "User" -> "Profile" [{ends} label="user"]\n' in text
    assert f'    "User" -> "Address" [{ends} label="home" style=dashed]\n' in text


def test_a_composite_type_within_itself() -> None:
    part = "type Part {\n  inner Part?\n  rest Part[]\n}\n"
    datamodel = parse(f"{DATASOURCE}model Row {{\n  {ID}\n  part Part\n}}\n{part}")
    assert schema_picture(datamodel, around(datamodel, ["Row"])).lines == (
        Line("Row", "Part", "one", "one", "part", is_inside=True),
        Line("Part", "Part", "one", "optional", "inner", is_inside=True),
        Line("Part", "Part", "one", "many", "rest", is_inside=True),
    )
