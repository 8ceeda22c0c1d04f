"""What a robust container module must pass: configuration arrives, or is refused by its key."""

from __future__ import annotations

from pathlib import Path

import pytest

from containers import ApplicationContainer, start
from prismongo.errors import ConfigurationError

SECRET = "mongodb://ada:pass: word # \" } {x} ${HOME} $$ '@h/x\ndatabase:\n  embedded: true"


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the configuration is: not there yet."""
    path = tmp_path / "config.yml"
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("APP_CONFIG", str(path))
    return path


async def refusal() -> str:
    with pytest.raises(ConfigurationError) as caught:
        await start(ApplicationContainer())
    return str(caught.value)


@pytest.mark.parametrize(("value", "state"), [(None, "is not set"), ("", "is empty")])
async def test_check_19_a_required_variable_is_named_with_its_key_and_never_a_value(
    file: Path, monkeypatch: pytest.MonkeyPatch, value: str | None, state: str
) -> None:
    file.write_text("database:\n  url: ${NEEDED}/${OTHER}\n  name:\nauth:\n  time_cost: x${OTHER}")
    monkeypatch.setenv("OTHER", "hunter2")
    if value is None:
        monkeypatch.delenv("NEEDED", raising=False)
    else:
        monkeypatch.setenv("NEEDED", value)
    message = await refusal()
    assert str(file) in message
    assert f"database.url: the environment variable NEEDED {state}" in message
    assert "database.name: is empty" in message
    assert "hunter2" not in message


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        ("missing", "cannot be read: No such file or directory"),
        ("a directory", "cannot be read: Is a directory"),
        ("not text", "cannot be read: it is not UTF-8 text"),
        ("empty", "must be a mapping of sections and is empty"),
        ("a list", "must be a mapping of sections and is a list"),
        ("not YAML", "is not valid YAML: line 1, column 22"),
    ],
)
async def test_check_20_a_file_that_cannot_be_used_is_one_typed_error_with_its_path(
    file: Path, kind: str, message: str
) -> None:
    match kind:
        case "a directory":
            file.mkdir()
        case "not text":
            file.write_bytes(b"database: \xff")
        case "empty":
            file.touch()
        case "a list":
            file.write_text("- database")
        case "not YAML":
            file.write_text("database: {hunter2: [}")
    found = await refusal()
    assert found.startswith(f"{file} {message}")
    assert "hunter2" not in found


def test_check_21_a_url_of_any_characters_arrives_intact_and_adds_no_key(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file.write_text("database:\n  url: ${URL}\n  name: ${NAME:}")
    monkeypatch.setenv("URL", SECRET)
    settings = ApplicationContainer().database_settings()
    assert settings.url is not None
    assert settings.url.get_secret_value() == SECRET
    assert (settings.embedded, settings.name) == (False, None)
    assert "word" not in repr(settings)
