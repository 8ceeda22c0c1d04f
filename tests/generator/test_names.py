"""Names: what would not import, or would hide something, is refused at its place or made safe."""

from __future__ import annotations

import keyword
from pathlib import Path

import pytest

from prismongo import DatabaseSettings
from prismongo.errors import SchemaError
from prismongo.generator import generate
from prismongo.generator.modules import modules
from prismongo.generator.names import accessors, refuse_names, reserved, snake_case
from prismongo.schema.parser import parse
from prismongo.testing import fake
from tests.generator.test_generate import GENERATOR, HEAD, ask

ID = '  id String @id @default(auto()) @map("_id") @db.ObjectId\n'


def schema(*models: str) -> str:
    return GENERATOR % "" + HEAD + "\n".join(models)


def model(name: str, fields: str = "", comment: str = "") -> str:
    return f"{comment}\nmodel {name} {{\n{ID}{fields}}}\n"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("User", "user"),
        ("DirectMessage", "direct_message"),
        ("HTTPRequest", "http_request"),
        ("OAuth2Token", "o_auth2_token"),
        ("snake_case", "snake_case"),
    ],
)
def test_snake_case(name: str, expected: str) -> None:
    assert snake_case(name) == expected


def test_both_names_where_both_are_free() -> None:
    datamodel = parse(schema(model("DirectMessage"), model("User"), model("Direct_Message2")))
    assert accessors(datamodel) == {
        "directmessage": "DirectMessage",
        "user": "User",
        "direct_message2": "Direct_Message2",
        "direct_message": "DirectMessage",
    }


def test_a_name_of_ones_own_stands_alone() -> None:
    comment = '/// @Python(instance_name: "dms")'
    assert accessors(parse(schema(model("DirectMessage", comment=comment)))) == {
        "dms": "DirectMessage"
    }


@pytest.mark.parametrize(
    "name",
    [
        "Transaction",
        "Settings",
        "Health",
        "Mongo",
        "Watch",
        "Tx",
        "Connect",
        "Fake",
        "Batch_",
        "Commit",
        "Results",
    ],
)
def test_an_attribute_of_the_client_is_not_hidden(name: str) -> None:
    text = schema(model("User"), model(name))
    with pytest.raises(SchemaError, match=f"`{name.lower()}` on the client") as caught:
        generate(text)
    assert '@Python(instance_name: "…")' in caught.value.reason
    assert caught.value.line == text.splitlines().index(f"model {name} {{") + 1
    generated = accessors(parse(schema(model(name, comment='/// @Python(instance_name: "x")'))))
    assert generated == {"x": name}


def test_reserved_is_all_that_a_client_has(settings_without_server: DatabaseSettings) -> None:
    from database import DatabaseService

    service = DatabaseService(settings_without_server)
    for made in (service, fake(DatabaseService), service.batch_()):
        public = {name for name in dir(made) if not name.startswith("_")}
        assert public - service._accessors.keys() <= reserved()


@pytest.fixture
def settings_without_server() -> DatabaseSettings:
    return DatabaseSettings(url="mongodb://127.0.0.1:1/nobody")


def test_two_models_of_one_name_on_the_client() -> None:
    with pytest.raises(SchemaError, match="FooBar and Foobar would both be `foobar`"):
        generate(schema(model("FooBar"), model("Foobar")))


def test_two_types_of_one_name() -> None:
    with pytest.raises(SchemaError, match="UserListRelationFilter would stand for two things"):
        generate(schema(model("User"), model("UserList")))


@pytest.mark.parametrize("name", ["Class", "None", "Import"])
def test_a_model_that_is_a_keyword(name: str) -> None:
    with pytest.raises(SchemaError, match="keyword"):
        generate(schema(model(name)))


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("class", "a Python keyword"),
        ("json", "a BaseModel attribute"),
        ("model_dump", "a BaseModel attribute"),
        ("prisma", "a Prisma Client Python method"),
        ("create_partial", "a Prisma Client Python method"),
    ],
)
def test_a_field_that_would_hide_something(name: str, reason: str) -> None:
    text = schema(model("Thing", f"  {name} String\n"))
    with pytest.raises(SchemaError, match=f'Field name "{name}" shadows {reason}') as caught:
        refuse_names(parse(text))
    assert caught.value.line == text.splitlines().index(f"  {name} String") + 1


def test_a_relation_that_would_hide_something_is_told_no_map() -> None:
    many, one = (
        "  things Thing[]\n",
        "  json Other @relation(fields: [otherId], references: [id])\n",
    )
    text = schema(model("Other", many), model("Thing", "  otherId String @db.ObjectId\n" + one))
    with pytest.raises(SchemaError, match=r"attribute; use a different field name\.$"):
        refuse_names(parse(text))


def test_fields_named_as_operators_and_python_s_own_words_for_types(tmp_path: Path) -> None:
    names = ["is_set", "order_by", "startswith", "str", "list", "datetime", "List", "Optional"]
    fields = "".join(f"  {name} String?\n" for name in names)
    client = generate(schema(model("Any", fields), model("List")), output=tmp_path / "odd").output
    code = "import odd; print(*odd.models.Any.model_fields)"
    assert ask(client, code).split() == ["id", *names]


def test_members_of_enums_that_python_cannot_name(tmp_path: Path) -> None:
    enum = "enum Odd {\n  None\n  class\n  mro\n  name\n  Fine\n}\n"
    text = schema(enum, model("Thing", "  odd Odd @default(None)\n"))
    client = generate(text, output=tmp_path / "odd").output
    code = "from odd.enums import Odd; print(*(f'{each.name}={each}' for each in Odd))"
    assert ask(client, code) == "None_=None class_=class mro_=mro name=name Fine=Fine"


def test_the_numbers_of_related_records_hide_no_field(tmp_path: Path) -> None:
    fields = "  counts Int\n  counts_ Int\n  owns Other[]\n"
    link = "  aId String @db.ObjectId\n  a Thing @relation(fields: [aId], references: [id])\n"
    text = schema(model("Thing", fields), model("Other", link))
    client = generate(text, output=tmp_path / "odd").output
    code = (
        "from odd.models import Thing; print({n: f.alias for n, f in Thing.model_fields.items()})"
    )
    expected = {"id": None, "counts": None, "counts_": None, "owns": None, "counts__": "_count"}
    assert ask(client, code) == str(expected)


def test_comments_of_every_kind_are_docstrings(tmp_path: Path) -> None:
    comment = '/// Ends with a "quote"\n/// has \\n and """three""" of them"'
    client = generate(schema(model("Thing", comment=comment)), output=tmp_path / "odd").output
    code = "import inspect, odd; print(inspect.cleandoc(odd.models.Thing.__doc__))"
    assert ask(client, code) == 'Ends with a "quote"\nhas \\n and """three""" of them"'


def test_no_keyword_is_forgotten() -> None:
    text = modules(parse(schema(model("Thing"))), Path("x"), "", stands_alone=True)["_inputs.py"]
    for line in text.splitlines():
        key = line.strip().partition(":")[0]
        assert not (line.startswith("    ") and keyword.iskeyword(key)), line


ALIKE = (
    *("UserBatch", "UserCount", "UserSum", "UserAvg", "UserMin", "UserMax", "UserScalar"),
    *("UserGroupBy", "UserGroup", "UserFields", "UserActions", "UserWhere", "UserWhereInput"),
    *("UserWhereUniqueInput", "Batch", "Actions", "BaseUser", "Models", "Fields", "PrismaModel"),
)


def test_models_that_are_named_like_something_generated(tmp_path: Path) -> None:
    """Each has the types and actions of its own."""
    others = [model(name, f"  size{number} Int\n") for number, name in enumerate(ALIKE)]
    text = schema(model("User", "  age Int\n"), *others)
    client = generate(text, output=tmp_path / "odd").output
    code = f"""
import asyncio, odd
from prismongo import Service
from prismongo.testing import fake
Shop = type("Shop", (Service, odd.Prisma), {{}})

async def main():
    db = fake(Shop)
    for number, name in enumerate({ALIKE!r}):
        field, accessor = f"size{{number}}", name.lower()
        async with db.batch_() as batch:
            batch.user.create({{"age": 1}})
            getattr(batch, accessor).create({{field: 2}})
        actions = getattr(db, accessor)
        assert (await actions.aggregate(max={{field: True}}))["_max"] == {{field: 2}}
        assert getattr(actions.fields, field).model == name
        filters = getattr(odd.types, name + "WhereInput").__annotations__
        assert field in filters and "age" not in filters
    print(await db.user.count())

asyncio.run(main())
"""
    assert ask(client, code) == str(len(ALIKE))


@pytest.mark.parametrize("name", ["UserList", "UserOptional", "FindManyUser"])
def test_a_model_that_has_types_of_upstream_s_names(name: str) -> None:
    text = schema(model("User"), model(name))
    with pytest.raises(SchemaError, match=r"would stand for two things.*`@@map`") as caught:
        generate(text)
    assert "model" in text.splitlines()[caught.value.line - 1]


@pytest.mark.parametrize("name", ["StringNullable", "StringList", "Nested", "List"])
def test_an_enum_that_would_hide_a_filter(name: str) -> None:
    """All that the client has for every schema, which `types` has as well."""
    fields = f"  one {name}\n  maybe {name}?\n  many {name}[]\n"
    text = schema(f"enum {name} {{\n  A\n}}\n", model("Thing", fields))
    if name == "Nested":
        text += "enum NestedNested {\n  A\n}\n" + model("Other", "  one NestedNested\n")
    with pytest.raises(SchemaError, match="would stand for two things") as caught:
        generate(text)
    assert "enum" in text.splitlines()[caught.value.line - 1]


@pytest.mark.parametrize("name", ["AND", "OR", "NOT"])
def test_a_field_that_is_a_word_of_filters(name: str) -> None:
    text = schema(model("Thing", f"  {name} String\n"))
    with pytest.raises(SchemaError, match=f'"{name}" is a word of filters') as caught:
        refuse_names(parse(text))
    assert caught.value.line == text.splitlines().index(f"  {name} String") + 1


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (model("Thing", "  ﬁx String\n"), "  ﬁx String"),
        (model("ﬁx"), "model ﬁx {"),
        ("enum Kind {\n  ﬁx\n}\n", "enum Kind {"),
    ],
)
def test_letters_that_python_reads_as_others(text: str, line: str) -> None:
    """`ﬁ` is one letter of Unicode, and `fi` to Python: it would be another name."""
    text = schema(text)
    with pytest.raises(SchemaError, match='Python reads the name "ﬁx" as "fix"') as caught:
        refuse_names(parse(text))
    assert caught.value.line == text.splitlines().index(line) + 1


def test_an_enum_that_is_named_like_its_base(tmp_path: Path) -> None:
    text = schema(
        "enum StrEnum {\n  A\n}\nenum Other {\n  None\n  None_\n  mro\n  mro_\n  title\n}\n",
        model("Thing", "  kind StrEnum\n  other Other\n"),
    )
    client = generate(text, output=tmp_path / "odd").output
    code = "from odd.enums import *; print(*StrEnum, *(f'{e.name}={e}' for e in Other))"
    assert ask(client, code) == "A None__=None None_=None_ mro__=mro mro_=mro_ title=title"


def test_a_refused_name_leaves_the_client_whole(tmp_path: Path) -> None:
    client = generate(schema(model("User")), output=tmp_path / "odd").output
    before = {file.name: file.read_bytes() for file in client.glob("*.py")}
    for models in (
        model("Health"),
        model("User", "  AND String\n"),
        model("User") + model("UserList"),
    ):
        with pytest.raises(SchemaError):
            generate(schema(models), output=client)
    assert {file.name: file.read_bytes() for file in client.glob("*.py")} == before
    assert ask(client, "import odd; print(*odd.models.User.model_fields)") == "id"
