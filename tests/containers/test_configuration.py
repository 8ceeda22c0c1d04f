"""config.yml and the environment: what arrives, what is refused and how that is said."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import BaseModel, ConfigDict

from containers.application import FILE, SECTIONS
from prismongo.containers import configuration
from prismongo.containers.lifecycle import LifecycleSettings
from prismongo.errors import ConfigurationError
from prismongo.settings import DatabaseSettings

HERE = Path("somewhere/config.yml")


class Anything(BaseModel):
    """Settings that take any key and value."""

    model_config = ConfigDict(extra="allow")


def parse(text: str, **environment: str) -> configuration.Configuration:
    return configuration.parse(text, environment, HERE, SECTIONS)


def database(text: str, **environment: str) -> dict[str, Any]:
    """The values that a section has, whatever they are."""
    config = configuration.parse(f"database:\n{text}", environment, HERE, {"database": Anything})
    return config.section(Anything).model_dump()


def refusal(text: str, **environment: str) -> str:
    with pytest.raises(ConfigurationError) as caught:
        parse(text, **environment)
    return str(caught.value)


@pytest.mark.parametrize(
    ("value", "environment", "expected"),
    [
        ("plain", {}, "plain"),
        ("${A}", {"A": "a"}, "a"),
        ("${A:b}", {"A": "a"}, "a"),
        ("${A:b}", {}, "b"),
        ("${A:b}", {"A": ""}, "b"),
        ("${A:-b}", {}, "-b"),
        ("mongodb://${A:h}:${P:1}/x", {"A": "host"}, "mongodb://host:1/x"),
        ("${A:${B:c}}", {}, "c"),
        ("${A:${B:c}}", {"B": "b"}, "b"),
        ("${A:{x}}", {}, "{x}"),
        ("a$b", {}, "a$b"),
        ("a$$b", {}, "a$b"),
        ("$${A}", {"A": "a"}, "${A}"),
        ("${A}", {"A": "${B}", "B": "b"}, "${B}"),
        ("'${A}'", {"A": "42"}, "42"),
        ("${A}", {"A": "null"}, "null"),
    ],
)
def test_variables_are_put_into_values(
    value: str, environment: dict[str, str], expected: str
) -> None:
    assert database(f"  url: {value}", **environment) == {"url": expected}


def test_lists_and_nested_mappings_are_reached_and_other_types_kept() -> None:
    values = database("  a: [1, '${A}', {b: '${A}'}]\n  c: true\n  d: 1.5", A="x")
    assert values == {"a": [1, "x", {"b": "x"}], "c": True, "d": 1.5}


def test_keys_are_left_alone() -> None:
    assert database("  ${A}: 1", A="x") == {"${A}": 1}


@pytest.mark.parametrize("text", ["${A", "${A:{}", "${}", "${1A}", "${A B}"])
def test_malformed_references_are_named(text: str) -> None:
    assert "database.url: ${" in refusal(f"database:\n  url: '{text}'")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "must be a mapping of sections and is empty"),
        ("- a", "must be a mapping of sections and is a list"),
        ("text", "must be a mapping of sections and is a str"),
        ("database: x", "database: must be a mapping and is a str"),
        ("databse: {}", "databse: unknown, there are auth, database, lifecycle"),
        ("auth: {cost: 1}", "auth.cost: unknown, there are refresh_token_lifetime, time_cost, mem"),
        ("database: {max_pool_size: 1, min_pool_size: 2}", "database: min_pool_size must not be"),
        ("database:\n  url: a: b", "is not valid YAML: line 2, column 9"),
        ("database:\n  url: a\n  app_name: b\n  url: c", "has a key twice: line 4, column 3"),
        ("auth: {}\nauth: {}", "has a key twice: line 2, column 1"),
        ("database: *hunter2", "is not valid YAML: line 1, column 11"),
    ],
)
def test_a_file_of_another_form_is_refused(text: str, message: str) -> None:
    found = refusal(text)
    assert message in found
    assert str(HERE) in found
    assert "hunter2" not in found


def test_a_section_becomes_settings() -> None:
    config = parse(
        "database:\n  embedded: ${E:false}\n  max_pool_size: ${P}\n  mongod: ${M:}",
        E="true",
        P="7",
    )
    settings = config.section(DatabaseSettings)
    assert (settings.embedded, settings.max_pool_size, settings.mongod) == (True, 7, None)
    assert config.section(LifecycleSettings) == LifecycleSettings()


def test_what_variables_leave_empty_is_left_out() -> None:
    assert database("  a: ${A:}\n  b: ${A:}${B:}\n  c: x", B="") == {"c": "x"}


def test_everything_wrong_in_any_section_is_named_with_file_and_key_and_no_value() -> None:
    found = refusal(
        "databse: {}\n"
        "auth: {time_cost: hunter2, time_cots: 1}\n"
        "database: {embedded: hunter2, conect_timeout: 1, max_pool_size: 0, name: ''}\n"
        "lifecycle: hunter2\n"
        "schema: {on_start: '${NEEDED}hunter2'}"
    )
    head, *lines = found.splitlines()
    assert head == f"{HERE} cannot be used:"
    assert [line.split(":")[0].strip() for line in lines] == [
        "databse",
        "auth.time_cost",
        "auth.time_cots",
        "database.name",
        "database.embedded",
        "database.max_pool_size",
        "database.conect_timeout",
        "lifecycle",
        "schema.on_start",
    ]
    assert "hunter2" not in found


def test_values_are_not_shown() -> None:
    config = parse("database:\n  url: mongodb://ada:hunter2@localhost/kraken")
    assert "hunter2" not in repr(config)


@pytest.fixture
def directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory of its own, and no variable that the files name."""
    monkeypatch.chdir(tmp_path)
    for name in list(os.environ):
        if name.startswith("DATABASE_") or name == "APP_CONFIG":
            monkeypatch.delenv(name)
    return tmp_path


@pytest.mark.usefixtures("directory")
@pytest.mark.parametrize(("name", "settings"), SECTIONS.items())
def test_krakens_file_gives_every_setting_its_default(name: str, settings: type[BaseModel]) -> None:
    shipped = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    assert configuration.read(SECTIONS, FILE).section(settings) == settings()
    assert set(shipped[name]) == set(settings.model_fields)


def database_name() -> str | None:
    return configuration.read(SECTIONS).section(DatabaseSettings).name


def test_an_application_without_a_file_is_told_where_it_was_looked_for(directory: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"config\.yml was not found") as caught:
        configuration.read({"shop": Anything})
    assert str(directory / "config.yml") in str(caught.value)
    assert "APP_CONFIG" in str(caught.value)
    (directory / "config.yml").write_text("other: {}")
    with pytest.raises(ConfigurationError, match="unknown, there are shop"):
        configuration.read({"shop": Anything})


def test_the_working_directory_and_then_app_config_say_which_file(
    directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (directory / "config.yml").write_text("database:\n  name: here")
    assert database_name() == "here"
    (directory / "other.yml").write_text("database:\n  name: other")
    monkeypatch.setenv("APP_CONFIG", str(directory / "other.yml"))
    assert database_name() == "other"


def test_dotenv_is_read_and_the_environment_outranks_it(
    directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (directory / ".env").write_text(
        "DATABASE_URL='mongodb://h/x \\${HOME} ${HOST} $HOST'\nDATABASE_NAME=file\nHOST=h2\n"
    )
    monkeypatch.setenv("DATABASE_NAME", "environment")
    settings = configuration.read(SECTIONS, FILE).section(DatabaseSettings)
    assert settings.url is not None
    assert settings.url.get_secret_value() == "mongodb://h/x ${HOME} h2 $HOST"
    assert settings.name == "environment"
    assert "DATABASE_URL" not in os.environ


def test_a_dotenv_that_is_no_text_is_named(directory: Path) -> None:
    (directory / ".env").write_bytes(b"DATABASE_URL=\xff")
    with pytest.raises(ConfigurationError, match=r"Cannot read \.env: it is not UTF-8\."):
        configuration.read(SECTIONS, FILE)
