"""generate: the package of a client from a schema."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from prismongo.errors import ConfigurationError, SchemaError
from prismongo.generator import Generated, generate, generated_schema, is_generated_from
from prismongo.generator.settings import package
from prismongo.schema.parser import parse
from tests.schema.official import FIXTURES

RELATIONS = FIXTURES / "relations.prisma"
HEAD = 'datasource db {\n  provider = "mongodb"\n  url = env("DATABASE_URL")\n}\n'
GENERATOR = 'generator client {\n  provider = "prisma-client-py"\n  recursive_type_depth = 5\n%s}\n'
THING = 'model Thing {\n  id String @id @default(auto()) @map("_id") @db.ObjectId\n%s}\n'


def ask(client: Path, code: str) -> str:
    """What a fresh Python prints that imports the generated package."""
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=client.parent,
        env={name: value for name, value in os.environ.items() if "BYTECODE" not in name},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def stamps(folder: Path) -> dict[Path, int]:
    return {file: file.stat().st_mtime_ns for file in folder.rglob("*.py")}


def test_the_client_has_the_models_of_the_schema(generated: Generated) -> None:
    code = "import client; print(sorted(client.models.Post.model_fields), client.Prisma.__slots__)"
    assert ask(generated.output, code) == (
        "['author', 'authorId', 'category', 'categoryId', 'counts', 'id', 'likes', 'title'] "
        "('user', 'profile', 'passport', 'post', 'category', 'like', 'address')"
    )


def test_the_client_carries_its_schema(generated: Generated) -> None:
    text = RELATIONS.read_text(encoding="utf-8")
    assert generated_schema(generated.output) == text
    assert is_generated_from(parse(text), generated.output)
    assert is_generated_from(parse(f"// a comment\n{text}"), generated.output)
    changed = text.replace("bio    String", "bio    String?")
    assert not is_generated_from(parse(changed), generated.output)


def test_a_unique_over_a_composite_is_no_key_of_records(tmp_path: Path) -> None:
    fields = "  home Home @unique\n  at Home\n  @@unique([at])\n"
    text = f"{HEAD}{GENERATOR % ''}{THING % fields}type Home {{\n  street String\n}}\n"
    schema = tmp_path / "schema.prisma"
    schema.write_text(text, encoding="utf-8")
    client = generate(schema, output=tmp_path / "client").output
    code = "from client import types; print(types.ThingWhereUniqueInput.__name__)"
    assert ask(client, code) == "_ThingWhereUnique_id_Input"


def test_nothing_is_left_behind(generated: Generated) -> None:
    assert "PRISMA_GENERATOR_INVOCATION" not in os.environ
    assert not list(generated.output.rglob("tmp*"))


def test_a_second_run_writes_nothing(generated: Generated) -> None:
    before = stamps(generated.output)
    assert generate(RELATIONS, output=generated.output).written == ()
    assert stamps(generated.output) == before


def test_another_schema_takes_its_place(tmp_path: Path) -> None:
    schema, client = tmp_path / "schema.prisma", tmp_path / "client"
    schema.write_text(GENERATOR % '  output = "client"\n' + HEAD + THING % "  a Int\n")
    assert generate(schema).output == client
    schema.write_text(schema.read_text().replace("a Int", "b Float"))
    assert client / "models.py" in generate(schema).written
    assert ask(client, "import client; print(list(client.models.Thing.model_fields))") == (
        "['id', 'b']"
    )


def test_a_comment_names_the_attribute(tmp_path: Path) -> None:
    named = f'/// @Python(instance_name: "things")\n{THING % ""}'
    client = generate(GENERATOR % "" + HEAD + named, output=tmp_path / "client").output
    assert ask(client, "import client; print(client.Prisma.__slots__)") == "('things',)"


@pytest.mark.parametrize("depth", ["3", "-1"])
def test_types_are_of_any_depth_whatever_the_generator_says(tmp_path: Path, depth: str) -> None:
    relations = RELATIONS.read_text(encoding="utf-8")
    blocks = GENERATOR.replace("= 5", f"= {depth}") % "" + HEAD
    schema = blocks + relations[relations.index("model ") :]
    client = generate(schema, output=tmp_path / "client").output
    assert "Recursive" not in (client / "_inputs.py").read_text(encoding="utf-8")


def test_partial_types_see_the_new_models(tmp_path: Path) -> None:
    script = tmp_path / "partials_of_thing.py"
    script.write_text(
        "from prisma.models import Thing\n"
        "Thing.create_partial('ThingWithoutB', exclude={'b'})\n"
        "print('printed')\n"
    )
    client = tmp_path / "client"
    setting = f'  partial_type_generator = "{script}"\n'
    schema = GENERATOR % setting + HEAD + THING % "  a Int\n  b Int\n"
    generate(schema, output=client)
    code = "import client; print(list(client.partials.ThingWithoutB.model_fields))"
    assert ask(client, code) == "['id', 'a']"
    assert generate(schema, output=client).written == ()
    script.write_text(script.read_text().replace("{'b'}", "{'a'}"))
    assert [file.name for file in generate(schema, output=client).written] == [
        "partials.py",
        "client.py",
    ]
    assert ask(client, code) == "['id', 'b']"


def test_a_partial_type_generator_that_fails_leaves_the_client(tmp_path: Path) -> None:
    script = tmp_path / "broken.py"
    script.write_text("raise LookupError('no such thing')\n")
    schema = GENERATOR % f'  partial_type_generator = "{script}"\n' + HEAD + THING % ""
    with pytest.raises(ConfigurationError, match=r"(?s)partial type generator .*no such thing"):
        generate(schema, output=tmp_path / "client")
    assert not (tmp_path / "client").exists()


@pytest.mark.parametrize("name", ["client.py", "inner/notes.md"])
def test_a_folder_of_somebody_elses_is_left_alone(tmp_path: Path, name: str) -> None:
    mine = tmp_path / name
    mine.parent.mkdir(exist_ok=True)
    mine.write_text("mine")
    with pytest.raises(ConfigurationError, match=f"it holds other files, such as {name}"):
        generate(GENERATOR % "" + HEAD + THING % "", output=tmp_path)
    assert [file for file in tmp_path.rglob("*") if file.is_file()] == [mine]
    assert mine.read_text() == "mine"


def test_a_run_that_ends_midway_leaves_no_client_and_the_next_one_completes_it(
    tmp_path: Path,
) -> None:
    client = tmp_path / "client"
    generate(GENERATOR % "" + HEAD + THING % "  a Int\n", output=client)
    (client / "types.py").unlink()
    (client / "types.py").mkdir()
    changed = GENERATOR % "" + HEAD + THING % "  b Int\n"
    with pytest.raises(ConfigurationError, match="Cannot write the client to"):
        generate(changed, output=client)
    assert not (client / "client.py").exists()
    (client / "types.py").rmdir()
    generate(changed, output=client)
    assert ask(client, "import client; print(list(client.models.Thing.model_fields))") == (
        "['id', 'b']"
    )


def test_composite_types_are_models_of_pydantic(tmp_path: Path) -> None:
    client = generate(FIXTURES / "composites.prisma", output=tmp_path / "client").output
    code = "import client; print(list(client.models.Geo.model_fields), client.Prisma.__slots__)"
    assert ask(client, code) == "['latitude', 'longitude', 'inner', 'around'] ('person',)"


def test_what_upstream_refuses_is_a_schema_error(tmp_path: Path) -> None:
    schema = GENERATOR % "" + HEAD + THING % "  class String\n  prisma String\n  json String\n"
    with pytest.raises(SchemaError) as caught:
        generate(schema, output=tmp_path / "client")
    assert [each.reason.partition(";")[0] for each in caught.value.errors] == [
        'Field name "class" shadows a Python keyword',
        'Field name "prisma" shadows a Prisma Client Python method',
        'Field name "json" shadows a BaseModel attribute',
    ]
    assert all(f"\n{each.line} |" in str(caught.value) for each in caught.value.errors)


def test_an_unknown_setting_is_named(tmp_path: Path) -> None:
    with pytest.raises(SchemaError, match=r"generator\.config\.colour: Extra inputs"):
        generate(GENERATOR % '  colour = "red"\n' + HEAD + THING % "", output=tmp_path / "client")


@pytest.mark.parametrize("blocks", ["", 'generator js {\n  provider = "prisma-client-js"\n}\n'])
def test_a_schema_without_a_python_generator_says_what_to_add(blocks: str) -> None:
    with pytest.raises(SchemaError, match=r'provider += "prisma-client-py"') as caught:
        generate(blocks + HEAD + THING % "")
    assert ("prisma-client-js" in str(caught.value)) == bool(blocks)


@pytest.mark.parametrize(
    "provider",
    [
        "prisma-client-py",
        "/x/bin/prisma-client-py",
        "poetry run prisma-client-py",
        "python3 -m prisma",
        "/x/bin/python -m prisma",
        "coverage run -m prisma",
    ],
)
def test_providers_as_upstream_writes_them(provider: str, tmp_path: Path) -> None:
    # `interface` is looked at once the generator is found: no need to generate
    block = GENERATOR.replace("prisma-client-py", provider) % '  interface = "sync"\n'
    with pytest.raises(SchemaError, match="asyncio only"):
        generate(block + HEAD + THING % "", output=tmp_path)


def test_an_output_from_an_unset_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CLIENT_OUTPUT", raising=False)
    schema = GENERATOR % '  output = env("CLIENT_OUTPUT")\n' + HEAD + THING % ""
    with pytest.raises(ConfigurationError, match="not set"):
        generate(schema)


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="No such file"):
        generate(tmp_path / "schema.prisma")


def test_no_client_is_of_no_schema(tmp_path: Path) -> None:
    assert generated_schema(tmp_path) is None
    assert not is_generated_from(parse(HEAD + THING % ""), tmp_path)


def test_the_package_is_the_environments() -> None:
    assert (package() / "errors.py").is_file()
