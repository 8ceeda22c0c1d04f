"""The project: where its schema stands, and the variables of its `.env` files."""

from __future__ import annotations

from pathlib import Path

import pytest

from prismongo.errors import ConfigurationError
from prismongo.project import environment, find_schema, project_settings


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory, with a variable `HOST` that is set and others that are not."""
    monkeypatch.chdir(tmp_path)
    for name in ("URL", "NAME", "OTHER"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOST", "real")
    return tmp_path


def write(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()


@pytest.mark.parametrize(
    ("files", "found"),
    [
        ([], "schema.prisma"),
        (["schema.prisma"], "schema.prisma"),
        (["prisma/schema.prisma"], "prisma/schema.prisma"),
        (["prisma/user.prisma", "prisma/base.prisma"], "prisma"),
        (["prisma/models/user.prisma"], "prisma"),
        (["prisma/partial_types.py", "schema.prisma"], "schema.prisma"),
    ],
)
def test_where_a_schema_may_stand(here: Path, files: list[str], found: str) -> None:
    write(here, *files)
    assert find_schema() == Path(found)


@pytest.mark.parametrize(
    ("files", "names"),
    [
        (["schema.prisma", "prisma/schema.prisma"], "schema.prisma and prisma/schema.prisma"),
        (["schema.prisma", "prisma/user.prisma"], "schema.prisma and prisma/"),
        (["prisma/schema.prisma", "prisma/user.prisma"], "prisma/schema.prisma and prisma/"),
    ],
)
def test_what_is_ambiguous_is_named(here: Path, files: list[str], names: str) -> None:
    write(here, *files)
    with pytest.raises(ConfigurationError, match=f"The schema may be {names}: name one with --sch"):
        find_schema()


def test_pyproject_names_the_schema_from_every_folder_of_the_project(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(here, "schema.prisma", "prisma/schema.prisma", "app/data/schema.prisma", "deep/er/x")
    (here / "pyproject.toml").write_text('[tool.prismongo]\nschema = "app/data"\n')
    assert find_schema() == here / "app/data"
    monkeypatch.chdir(here / "deep/er")
    assert find_schema() == here / "app/data"


def test_a_schema_of_the_project_is_found_from_a_folder_in_it(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(here, "pyproject.toml", "prisma/schema.prisma", "deep/x")
    monkeypatch.chdir(here / "deep")
    assert find_schema() == here / "prisma/schema.prisma"


@pytest.mark.parametrize(
    ("value", "told"),
    [("3", "is a file or a folder, as a text"), ('"no"', "is no, and .*/no does")],
)
def test_a_schema_that_pyproject_cannot_name(here: Path, value: str, told: str) -> None:
    (here / "pyproject.toml").write_text(f"[tool.prismongo]\nschema = {value}\n")
    with pytest.raises(ConfigurationError, match=told):
        find_schema()


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("URL=a", "a"),
        ("URL=a${HOST}b", "arealb"),
        ("URL='${NAME}'\nNAME=x", "x"),
        ("NAME=x${OTHER}\nOTHER=y\nURL=${NAME}", "xy"),
        ("URL=${UNKNOWN}!", "!"),
        ("URL=${HOST}\nHOST=file", "real"),
        (r"URL='\${HOST}'", "${HOST}"),
        ("URL=$HOST", "$HOST"),
        ("URL='mongodb://u:pa$$w0rd@h/x'", "mongodb://u:pa$$w0rd@h/x"),
        ("URL='${UNKNOWN:-else}'", "${UNKNOWN:-else}"),
    ],
)
def test_variables_are_expanded_as_prisma_does(here: Path, text: str, value: str) -> None:
    (here / ".env").write_text(text)
    assert environment()["URL"] == value
    assert environment()["HOST"] == "real"


def test_a_pyproject_that_cannot_be_read(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(*_: object, **__: object) -> str:
        raise PermissionError(13, "Permission denied")

    write(here, "pyproject.toml")
    monkeypatch.setattr(Path, "read_text", denied)
    with pytest.raises(ConfigurationError, match=r"pyproject\.toml: Permission denied\."):
        find_schema()


@pytest.mark.parametrize("text", ["URL=${URL}", "URL=${NAME}\nNAME=${OTHER}\nOTHER=${URL}"])
def test_a_variable_that_refers_to_itself(here: Path, text: str) -> None:
    (here / ".env").write_text(text)
    with pytest.raises(ConfigurationError, match=r"in \.env refers to itself"):
        environment()


def test_the_env_file_beside_the_schema_is_read(here: Path) -> None:
    write(here, "prisma/schema.prisma")
    (here / "prisma/.env").write_text("URL=${NAME}-beside")
    (here / ".env").write_text("NAME=here")
    assert environment()["URL"] == "here-beside"
    assert "URL" not in environment(here)


def test_two_values_for_one_variable_are_named_and_not_told(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(here, "prisma/schema.prisma")
    (here / "prisma/.env").write_text("URL=secret1\nNAME=same")
    (here / ".env").write_text("URL=secret2\nNAME=same")
    with pytest.raises(ConfigurationError, match="URL has different values in ") as caught:
        environment()
    assert str(caught.value) == "URL has different values in .env and prisma/.env: keep one."
    monkeypatch.setenv("URL", "decided")
    assert environment()["URL"] == "decided"


@pytest.mark.parametrize("text", ["tool = 1", "[tool]\nprismongo = []"])
def test_a_table_that_is_something_else(
    text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "pyproject.toml").write_text(text)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ConfigurationError, match=r"is not a table: \[tool\.prismongo\] is one"):
        project_settings()
