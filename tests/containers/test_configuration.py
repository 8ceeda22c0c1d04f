"""config.yml and the environment: what arrives, what is refused and how that is said."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from containers import configuration
from containers.application import SECTIONS
from containers.auth import AuthSettings
from containers.lifecycle import LifecycleSettings
from database.errors import ConfigurationError
from database.settings import DatabaseSettings

HERE = Path("somewhere/config.yml")


def parse(text: str, **environment: str) -> configuration.Configuration:
    return configuration.parse(text, environment, HERE, SECTIONS)


def database(text: str, **environment: str) -> dict[str, Any]:
    return dict(parse(f"database:\n{text}", **environment).values["database"])


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
        ("${A:}", {}, ""),
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
        ("database:\n  url: a: b", "is not valid YAML: line 2, column 9"),
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
    settings = config.section("database", DatabaseSettings)
    assert (settings.embedded, settings.max_pool_size, settings.mongod) == (True, 7, None)
    assert config.section("lifecycle", LifecycleSettings) == LifecycleSettings()


def test_wrong_settings_are_named_with_file_and_key_and_no_value() -> None:
    config = parse("database:\n  embedded: hunter2\n  conect_timeout: 1\n  max_pool_size: 0")
    with pytest.raises(ConfigurationError) as caught:
        config.section("database", DatabaseSettings)
    message = str(caught.value)
    assert str(HERE) in message
    assert "database.embedded: " in message
    assert "database.conect_timeout: " in message
    assert "database.max_pool_size: " in message
    assert "hunter2" not in message


def test_values_are_not_shown() -> None:
    assert "hunter2" not in repr(parse("database:\n  url: hunter2"))


@pytest.fixture
def directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory of its own, and no variable that the files name."""
    monkeypatch.chdir(tmp_path)
    for name in list(os.environ):
        if name.startswith("DATABASE_") or name == "APP_CONFIG":
            monkeypatch.delenv(name)
    return tmp_path


@pytest.mark.usefixtures("directory")
@pytest.mark.parametrize(
    ("name", "settings"),
    [("auth", AuthSettings), ("database", DatabaseSettings), ("lifecycle", LifecycleSettings)],
)
def test_the_shipped_file_gives_every_setting_its_default(
    name: str, settings: type[BaseModel]
) -> None:
    config = configuration.read(SECTIONS)
    assert config.section(name, settings) == settings()
    assert set(config.values[name]) == set(settings.model_fields)


def test_the_working_directory_and_then_app_config_override_the_shipped_file(
    directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (directory / "config.yml").write_text("database:\n  name: here")
    assert configuration.read(SECTIONS).values["database"] == {"name": "here"}
    (directory / "other.yml").write_text("database:\n  name: other")
    monkeypatch.setenv("APP_CONFIG", str(directory / "other.yml"))
    assert configuration.read(SECTIONS).values["database"] == {"name": "other"}


def test_dotenv_is_read_and_the_environment_outranks_it(
    directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (directory / ".env").write_text("DATABASE_URL='mongodb://h/x ${HOME}'\nDATABASE_NAME=file\n")
    monkeypatch.setenv("DATABASE_NAME", "environment")
    values = configuration.read(SECTIONS).values["database"]
    assert values["url"] == "mongodb://h/x ${HOME}"
    assert values["name"] == "environment"
    assert "DATABASE_URL" not in os.environ
