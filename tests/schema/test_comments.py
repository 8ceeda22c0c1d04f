"""Comments that the client heeds: `@omit`, `@Python(…)`; where they are refused, and how."""

from __future__ import annotations

import pytest

from prismongo.errors import SchemaError
from prismongo.schema.comments import instance_name, is_omitted
from prismongo.schema.datamodel import Datamodel
from prismongo.schema.parser import parse

SOURCE = 'datasource db {\n  provider = "mongodb"\n  url = "x"\n}\n'
MODEL = """
model User {
  id       String  @id @default(auto()) @map("_id") @db.ObjectId
%s
}
"""


def user(fields: str, rest: str = "") -> Datamodel:
    return parse(SOURCE + MODEL % fields + rest)


def omitted(fields: str, rest: str = "") -> list[str]:
    model = user(fields, rest).model["User"]
    return [item.name for item in model.fields if is_omitted(item)]


def refusal(text: str) -> SchemaError:
    with pytest.raises(SchemaError) as caught:
        parse(text + SOURCE)
    return caught.value


@pytest.mark.parametrize(
    "fields",
    [
        "  /// @omit\n  password String\n  name String",
        "  password String /// @omit\n  name String",
        "  /// The hash.\n  ///   @omit  \n  /// Never shown.\n  password String",
        "  /** @omit */\n  password String",
        "  /**\n   * The hash.\n   * @omit\n   */\n  password String",
        "  /* @omit */ password String[]",
    ],
)
def test_omit_is_a_line_of_the_comment(fields: str) -> None:
    assert omitted(fields) == ["password"]


@pytest.mark.parametrize(
    "fields",
    [
        "  // @omit\n  password String",
        "  /// not @omit\n  password String",
        "  /// @omitted\n  password String",
        "  /// @hidden\n  password String",
        "  password String\n\n  /// @omit\n  @@index([password])\n  name String",
    ],
)
def test_anything_else_is_prose(fields: str) -> None:
    assert omitted(fields) == []


def test_omit_is_for_enums_composites_and_defaults() -> None:
    fields = "  /// @omit\n  role Role @default(A)\n  /// @omit\n  home Place?"
    rest = "enum Role {\n  A\n}\ntype Place {\n  city String\n}\n"
    assert omitted(fields, rest) == ["role", "home"]


@pytest.mark.parametrize("rest", ["(true)", " from answers", " (x)"])
def test_omit_stands_alone(rest: str) -> None:
    error = refusal(MODEL % f"  /// @omit{rest}\n  password String")
    assert error.reason == "`@omit` is written `@omit`, alone on its line."
    assert (error.line, error.column) == (5, 3)


def test_omit_stands_once() -> None:
    error = refusal(MODEL % "  /// @omit\n  password String /// @omit")
    assert error.reason == "`@omit` is given twice."


def test_omit_is_not_for_ids() -> None:
    error = refusal('model A {\n  /// @omit\n  id String @id @map("_id")\n}\n')
    assert error.reason == "An id cannot be left out: `@omit` is not for it."
    assert (error.line, error.column) == (3, 3)


def test_omit_is_not_for_relations() -> None:
    post = (
        'model Post {\n  id String @id @map("_id")\n  authorId String @db.ObjectId\n'
        "  author User @relation(fields: [authorId], references: [id])\n}\n"
    )
    error = refusal(MODEL % "  /// @omit\n  posts Post[]" + post)
    assert error.reason == "`@omit` is not for relations: an answer has those that are asked for."
    assert (error.line, error.column) == (5, 3)


def test_omit_is_not_for_composite_types() -> None:
    error = refusal(MODEL % "  home Place?" + "type Place {\n  /// @omit\n  city String\n}\n")
    assert error.reason == (
        "`@omit` is not for fields of a composite type: give it to the model's field."
    )
    assert (error.line, error.column) == (8, 3)


def named(comment: str) -> str | None:
    text = comment + (MODEL % "").lstrip() + SOURCE
    return instance_name(parse(text).model["User"])


@pytest.mark.parametrize(
    "comment",
    [
        '/// @Python(instance_name: "person")\n',
        "/// @Python(instance_name: 'person')\n",
        '/// Whoever signs up. @Python( instance_name:"person", ) So it is called.\n',
        '/// @Python(\n/// instance_name: "person"\n/// )\n',
        '/// @Python(other: "x", instance_name: "person")\n',
        '/// @Python(instance_name: "x", instance_name: "person")\n',
        '/* @Python(instance_name: "person") */\n',
    ],
)
def test_python_names_the_model(comment: str) -> None:
    assert named(comment) == "person"


@pytest.mark.parametrize(
    "comment",
    [
        "",
        "/// Whoever signs up.\n",
        "/// @Python()\n",
        "/// @Python( )\n",
        "/// @Python\n",
        '/// @python(instance_name: "x")\n',
        '/// @Python(other: "x")\n',
        '/// @Python(instance_name: "")\n',
        '// @Python(instance_name: "x")\n',
    ],
)
def test_a_model_without_a_name_of_its_own(comment: str) -> None:
    assert named(comment) is None


@pytest.mark.parametrize(
    "arguments",
    ["instance_name: person", "instance_name", 'instance_name = "x"', '"x"', ",", "1: 'x'"],
)
def test_python_is_written_in_one_way(arguments: str) -> None:
    error = refusal(f"/// @Python({arguments}){MODEL % ''}")
    assert error.reason == (
        '`@Python` is written `@Python(instance_name: "things")`, the name in quotes.'
    )
    assert (error.line, error.column) == (2, 7)


@pytest.mark.parametrize("name", ["a b", "1a", "class", "a-b"])
def test_the_name_is_one_of_python(name: str) -> None:
    error = refusal(f'/// @Python(instance_name: "{name}"){MODEL % ""}')
    assert error.reason == f'The `instance_name` "{name}" is no name in Python.'


def test_python_stands_once() -> None:
    error = refusal(f"/// @Python(a: 'x') @Python(b: 'y'){MODEL % ''}")
    assert error.reason == "`@Python` is given twice."


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("@omitt", "@omit"),
        ("@Omit", "@omit"),
        ("@Sparse", "@sparse"),
        ("@changeimages", "@changeImages"),
    ],
)
def test_what_is_nearly_an_option_is_refused(written: str, meant: str) -> None:
    text = f"""
datasource db {{
  provider = "mongodb"
  url      = env("X")
}}

model User {{
  id   String @id @map("_id")
  /// {written}
  hash String
}}
"""
    with pytest.raises(SchemaError, match=f"no option. Is `{meant}` meant") as caught:
        parse(text)
    assert caught.value.line == 10
    assert parse(text.replace(written, "a word about @omitted things")).models
