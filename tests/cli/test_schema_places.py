"""Every command finds the schema in the same places, and tells its mistakes with their files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from prismongo.cli import main
from prismongo.client.schema import ClientSchema
from prismongo.errors import SchemaError
from prismongo.generator import generate

Output = pytest.CaptureFixture[str]

DATASOURCE = 'datasource db {\n  provider = "mongodb"\n  url      = env("DATABASE_URL")\n}\n'
GENERATOR = (
    'generator client {\n  provider = "prisma-client-py"\n  output   = "../made"\n}\n'
    "// the end of a file: no comment of the next one"
)
USER = """/// A user.
model User {
  id    String  @id @default(auto()) @map("_id") @db.ObjectId
  email String? @unique
  posts Post[]
}
"""
POST = """model Post {
  id       String @id @default(auto()) @map("_id") @db.ObjectId
  authorId String @db.ObjectId
  author   User   @relation(fields: [authorId], references: [id])
}
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A schema of four files in the folder prisma of the working directory."""
    for variable in ("DATABASE_URL", "DATABASE_NAME"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "prisma"
    (path / "models").mkdir(parents=True)
    (path / "base.prisma").write_text(DATASOURCE)
    (path / "client.prisma").write_text(GENERATOR)
    (path / "models/user.prisma").write_text(USER)
    (path / "models/post.prisma").write_text(POST)
    return path


def test_a_folder_is_one_schema_for_every_command(
    folder: Path, mongo_url: str, live: Any, capsys: Output
) -> None:
    (folder / ".env").write_text(f"HOST='{mongo_url}'\nDATABASE_URL=${{HOST}}\n")
    for options in ([], ["--schema", str(folder)]):
        assert main(["validate", *options]) == 0
        assert main(["generate", *options]) == 0
        assert main(["push", *options]) == 0
        assert main(["check", *options]) == 0, capsys.readouterr()
    assert set(live.list_collection_names()) == {"User", "Post"}
    assert (folder.parent / "made" / "client.py").exists()


def test_the_start_compares_with_the_whole_folder(folder: Path) -> None:
    made = generate(folder).output
    schema = ClientSchema(made / "schema.prisma", folder)
    assert schema.compare() == "fresh"
    assert schema.datamodel.model["User"].documentation == "A user."
    (folder / "models/user.prisma").write_text(f"// a comment\n{USER}")
    assert schema.compare() == "fresh"
    (folder / "models/user.prisma").write_text(USER.replace("email ", "mail "))
    assert schema.compare() == "stale"
    (folder / "models/user.prisma").write_text(USER.replace("Post[]", "Nothing[]"))
    with pytest.raises(SchemaError, match=r"^prisma/models/user\.prisma:5:9: Type"):
        schema.compare()


@pytest.mark.parametrize("command", ["validate", "generate", "push", "sync", "check", "seed"])
def test_a_mistake_is_told_with_its_file(
    folder: Path, capsys: Output, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    (folder / "models/user.prisma").write_text(USER.replace("String? ", "Strin? "))
    (folder / "base.prisma").write_text(DATASOURCE.replace('"mongodb"', '"mongo"'))
    script = ["--script", "database.seed:seed"] if command == "seed" else []
    assert main([command, *script]) == 1
    assert capsys.readouterr().err == (
        'prisma/models/user.prisma:4:9: Type "Strin" is neither a built-in type, nor refers to '
        "another model, composite type, or enum.\n"
        "4 |   email Strin? @unique\n"
        "            ^\n\n"
        'prisma/base.prisma:2:14: Datasource provider not known: "mongo".\n'
        '2 |   provider = "mongo"\n'
        "                 ^\n\n"
        "2 errors.\n"
    )


@pytest.mark.parametrize("command", ["validate", "generate"])
@pytest.mark.parametrize(
    ("named", "shown"),
    [
        (".", "models/user.prisma"),
        ("models/user.prisma", "models/user.prisma"),
        ("{folder}/models/user.prisma", "models/user.prisma"),
        ("{folder}", "models/user.prisma"),
    ],
)
def test_a_file_is_named_from_the_working_directory_on(
    folder: Path,
    capsys: Output,
    monkeypatch: pytest.MonkeyPatch,
    command: str,
    named: str,
    shown: str,
) -> None:
    (folder / "models/user.prisma").write_text(USER.replace("String? ", "Strin? "))
    monkeypatch.chdir(folder)
    assert main([command, "--schema", named.format(folder=folder)]) == 1
    assert capsys.readouterr().err.startswith(f'{shown}:4:9: Type "Strin" is neither')


@pytest.mark.parametrize("named", ["../prisma", "../prisma/models/user.prisma"])
def test_a_file_elsewhere_is_named_as_the_user_does(
    folder: Path, capsys: Output, monkeypatch: pytest.MonkeyPatch, named: str
) -> None:
    (folder / "models/user.prisma").write_text(USER.replace("String? ", "Strin? "))
    (elsewhere := folder.parent / "elsewhere").mkdir()
    monkeypatch.chdir(elsewhere)
    assert main(["validate", "--schema", named]) == 1
    assert capsys.readouterr().err.startswith("../prisma/models/user.prisma:4:9: Type")


@pytest.mark.parametrize("command", ["validate", "generate", "push", "sync", "check"])
def test_a_schema_that_pyproject_names_and_that_is_not_there(
    folder: Path, capsys: Output, command: str
) -> None:
    (folder.parent / "pyproject.toml").write_text('[tool.prismongo]\nschema = "app/schema"\n')
    assert main([command]) == 1
    told = capsys.readouterr().err
    assert "`schema` of [tool.prismongo] is app/schema, and " in told
    assert "have it made of a database with `prismongo pull`." in told


@pytest.mark.parametrize("command", ["validate", "generate", "push", "sync", "check"])
def test_two_schemas_are_named(folder: Path, capsys: Output, command: str) -> None:
    (folder.parent / "schema.prisma").write_text(DATASOURCE)
    assert main([command]) == 1
    assert "The schema may be schema.prisma and prisma/: name one" in capsys.readouterr().err


def test_an_empty_folder(tmp_path: Path, capsys: Output) -> None:
    assert main(["validate", "--schema", str(tmp_path)]) == 1
    assert "there is no .prisma file in this folder" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["validate", "generate"])
def test_mistakes_of_every_kind_at_once(folder: Path, capsys: Output, command: str) -> None:
    """Options in comments, names that the client cannot have, settings of the generator."""
    (folder / "client.prisma").write_text(GENERATOR.replace("output", "colour"))
    (folder / "models/user.prisma").write_text(
        USER.replace("@unique", "@unique /// @ttl(x)").replace("  posts", "  json  Int\n  posts")
    )
    (folder / "models/post.prisma").write_text(
        POST.replace("  authorId", '  /// @partial({"a": 1})\n  class Int\n  authorId')
    )
    assert main([command]) == 1
    told = capsys.readouterr().err
    for place in (
        "prisma/client.prisma:1:11: generator.config.colour: Extra inputs",
        "prisma/models/user.prisma:4:17: `@ttl` is written",
        "prisma/models/post.prisma:4:3: An option needs an index",
        'prisma/models/user.prisma:5:3: Field name "json" shadows',
        'prisma/models/post.prisma:4:3: Field name "class" shadows',
        "\n\n5 errors.",
    ):
        assert place in told
    assert not (folder.parent / "made").exists()


def test_a_client_below_the_schema_is_no_part_of_it(tmp_path: Path) -> None:
    """A generated package holds a copy of its schema."""
    path = tmp_path / "prisma"
    path.mkdir()
    generator = GENERATOR.replace("../made", "client").partition("//")[0]
    (path / "schema.prisma").write_text(DATASOURCE + generator)
    (path / "user.prisma").write_text(USER.replace("  posts Post[]\n", ""))
    for _ in range(2):
        assert main(["generate", "--schema", str(path)]) == 0
    assert (path / "client/schema.prisma").is_file()
    (path / ".old").mkdir()
    (path / ".old/user.prisma").write_text(USER)
    assert main(["validate", "--schema", str(path)]) == 0


def test_a_client_in_the_folder_prisma_is_no_schema(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    generator = GENERATOR.replace("../made", "prisma").partition("//")[0]
    Path("schema.prisma").write_text(DATASOURCE + generator + USER.replace("  posts Post[]\n", ""))
    for _ in range(2):
        assert main(["generate"]) == 0
