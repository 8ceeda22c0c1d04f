"""config.yml and the environment, read into plain values: only the root container comes here.

    file ──parse──▶ YAML ──substitute──▶ Configuration ──section──▶ settings of one part

YAML is parsed first and variables are put into its values afterwards, so that what a variable holds
can neither break the file nor add a key to it. Nothing is read at import.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import yaml
from dotenv import dotenv_values
from pydantic import BaseModel, ValidationError

from database.errors import ConfigurationError
from database.files import locate

SettingsT = TypeVar("SettingsT", bound=BaseModel)

FILE_VARIABLE = "APP_CONFIG"


@dataclass(frozen=True)
class Configuration:
    """The values of one configuration file; never shown, for they may hold secrets.

    Attributes:
        path: the file, for messages.
        values: its sections, variables put in.
    """

    path: Path
    values: Mapping[str, Mapping[str, Any]] = field(repr=False)

    def section(self, name: str, settings: type[SettingsT]) -> SettingsT:
        """The validated settings of one section; what its variables leave empty is left out.

        Raises:
            ConfigurationError: names the file and every key that is wrong, missing or unknown,
                and never a value.
        """
        section = self.values.get(name, {})
        values = {key: value for key, value in section.items() if value != ""}
        try:
            return settings.model_validate(values)
        except ValidationError as error:
            lines = [
                f"  {'.'.join([name, *map(str, problem['loc'])])}: {problem['msg']}"
                for problem in error.errors(include_input=False, include_url=False)
            ]
        raise ConfigurationError("\n".join([f"{self.path} cannot be used:", *lines]))


def read(sections: frozenset[str]) -> Configuration:
    """Configuration from the file that `APP_CONFIG` names, else config.yml, and the environment.

    Variables come from the environment, then from `.env` in the working directory.

    Args:
        sections: the sections that there are; any may be left out.

    Raises:
        ConfigurationError: the file cannot be read or is no mapping of these sections, a key is
            empty, or a variable that it needs is not set; names file, key and variable, never a
            value.
    """
    environment = {**_dotenv(), **os.environ}
    path = (
        Path(environment[FILE_VARIABLE]) if environment.get(FILE_VARIABLE) else locate("config.yml")
    )
    return parse(_text(path), environment, path, sections)


def parse(
    text: str, environment: Mapping[str, str], path: Path, sections: frozenset[str]
) -> Configuration:
    """The same from the file's text; `path` is only named.

    Raises:
        ConfigurationError: as `read` does.
    """
    try:
        document = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ConfigurationError(f"{path} is not valid YAML{_place(error)}") from None
    if not isinstance(document, dict):
        raise ConfigurationError(f"{path} must be a mapping of sections and is {_kind(document)}")
    problems = list(_section_problems(document, sections))
    values = {
        name: _Substitution(environment, problems).value(section or {}, str(name))
        for name, section in document.items()
    }
    if problems:
        raise ConfigurationError("\n  ".join([f"{path} cannot be used:", *problems]))
    return Configuration(path, values)


class _Substitution:
    """Puts variables into values, and collects what cannot be put in."""

    def __init__(self, environment: Mapping[str, str], problems: list[str]) -> None:
        self._environment = environment
        self._problems = problems

    def value(self, value: Any, key: str) -> Any:
        match value:
            case dict():
                return {name: self.value(inner, f"{key}.{name}") for name, inner in value.items()}
            case list():
                return [self.value(inner, f"{key}[{place}]") for place, inner in enumerate(value)]
            case None | "":
                self._problems.append(f"{key}: is empty: give it a value, or leave the key out")
                return None
            case str():
                return self._text(value, key)
            case _:
                return value

    def _text(self, text: str, key: str) -> str:
        parts: list[str] = []
        while "$" in text:
            before, _, text = text.partition("$")
            parts.append(before)
            if text.startswith("{"):
                reference, text = _reference(text)
                parts.append(self._variable(reference, key))
            else:
                parts.append("$")
                text = text.removeprefix("$")
        return "".join([*parts, text])

    def _variable(self, reference: str | None, key: str) -> str:
        if reference is None:
            self._problems.append(f"{key}: ${{ without its }}")
            return ""
        name, colon, default = reference.partition(":")
        if not name.isidentifier():
            self._problems.append(f"{key}: ${{…}} must hold the name of a variable")
        elif not self._environment.get(name) and not colon:
            state = "is empty" if name in self._environment else "is not set"
            self._problems.append(f"{key}: the environment variable {name} {state}")
        return self._environment.get(name) or self._text(default, key)


def _reference(text: str) -> tuple[str | None, str]:
    """What stands between `{` and its own `}`, and the rest; a default may hold braces in pairs."""
    depth = 0
    for place, letter in enumerate(text):
        depth += (letter == "{") - (letter == "}")
        if not depth:
            return text[1:place], text[place + 1 :]
    return None, ""


def _section_problems(document: dict[Any, Any], sections: frozenset[str]) -> list[str]:
    problems = []
    for name, section in document.items():
        if name not in sections:
            problems.append(f"{name}: unknown, there are {', '.join(sorted(sections))}")
        elif section is not None and not isinstance(section, dict):
            problems.append(f"{name}: must be a mapping and is {_kind(section)}")
    return problems


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise ConfigurationError(f"{path} cannot be read: {reason}") from None


def _dotenv() -> dict[str, str]:
    path = Path.cwd() / ".env"
    if not path.is_file():
        return {}
    return {
        name: value
        for name, value in dotenv_values(path, interpolate=False).items()
        if value is not None
    }


def _kind(value: Any) -> str:
    return "empty" if value is None else f"a {type(value).__name__}"


def _place(error: yaml.YAMLError) -> str:
    """Where the file is wrong; the parser's own words may quote what it found there."""
    mark = getattr(error, "problem_mark", None)
    return f": line {mark.line + 1}, column {mark.column + 1}" if mark else ""
