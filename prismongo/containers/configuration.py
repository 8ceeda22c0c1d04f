"""Reads config.yml and the environment into settings. Only a root container uses this module.

    file ──parse──▶ YAML ──substitute──▶ values ──validate──▶ Configuration

YAML is parsed first, and variables are put into its values afterwards. So the text of a variable
can neither break the file nor add a key to it. All sections are validated together, so all mistakes
are reported before anything opens. Nothing is read at import.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar, cast

import yaml
from dependency_injector import providers
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from prismongo.errors import ConfigurationError
from prismongo.project import environment

SettingsT = TypeVar("SettingsT", bound=BaseModel)

FILE_VARIABLE = "APP_CONFIG"
FILE = Path("config.yml")

Sections = Mapping[str, type[BaseModel]]
"""Name of a section → the class of its settings."""


@dataclass(frozen=True)
class Configuration:
    """The settings that one configuration file gives.

    Attributes:
        settings: the settings of each section, by their class.
    """

    settings: Mapping[type[BaseModel], BaseModel]

    def section(self, settings: type[SettingsT]) -> SettingsT:
        """The settings of this class."""
        return cast(SettingsT, self.settings[settings])


class _DuplicateKeyError(yaml.MarkedYAMLError):
    """A mapping has the same key twice."""


class _Loader(yaml.SafeLoader):
    """YAML's plain values. A repeated key is an error; PyYAML would silently use the last one."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """The dict that PyYAML makes of a mapping, after a check for repeated keys."""
        keys = [key.value for key, _ in node.value]
        for place, (key, _) in enumerate(node.value):
            if key.value in keys[:place]:
                raise _DuplicateKeyError(problem_mark=key.start_mark)
        return super().construct_mapping(node, deep)


def section(
    config: providers.Provider[Configuration], settings: type[SettingsT]
) -> providers.Singleton[SettingsT]:
    """A provider of the settings of this class."""
    return providers.Singleton(Configuration.section, config, settings)


def read(sections: Sections, file: Path = FILE) -> Configuration:
    """Configuration from the file that `APP_CONFIG` names, else `file`, and the environment.

    Variables come from the environment, then from `.env` in the working directory and in the folder
    of the project's schema, as for the commands.

    Args:
        sections: the names of the sections, each with its class; the file may leave any out.
        file: the application's file; the default is config.yml in the working directory.

    Raises:
        ConfigurationError: the file cannot be read or is not a mapping of these sections; a key is
            wrong, missing, unknown or empty, or a variable that it needs is not set. The message
            names the file and all such keys and variables, but no value.
    """
    variables = environment()
    named = variables.get(FILE_VARIABLE)
    path = Path.cwd() / (named or file)
    if not named and not path.exists():
        raise ConfigurationError(f"{path} was not found; {FILE_VARIABLE} may name another file.")
    return parse(_text(path), variables, path, sections)


def parse(
    text: str, environment: Mapping[str, str], path: Path, sections: Sections
) -> Configuration:
    """Configuration from the text of a file; `path` is used in messages only.

    Raises:
        ConfigurationError: as `read` does.
    """
    try:
        document = yaml.load(text, _Loader)  # noqa: S506 - a SafeLoader
    except yaml.YAMLError as error:
        wrong = "has a key twice" if isinstance(error, _DuplicateKeyError) else "is not valid YAML"
        raise ConfigurationError(f"{path} {wrong}{_place(error)}") from None
    if not isinstance(document, dict):
        raise ConfigurationError(f"{path} must be a mapping of sections and is {_kind(document)}")
    known = ", ".join(sorted(sections))
    problems = [f"{name}: unknown, there are {known}" for name in document if name not in sections]
    settings: dict[type[BaseModel], BaseModel] = {}
    for name, kind in sections.items():
        given = document.get(name)
        made = _section(name, {} if given is None else given, kind, environment)
        if isinstance(made, list):
            problems += made
        else:
            settings[kind] = made
    if problems:
        raise ConfigurationError("\n  ".join([f"{path} cannot be used:", *problems]))
    return Configuration(settings)


def _section(
    name: str, given: Any, settings: type[BaseModel], environment: Mapping[str, str]
) -> BaseModel | list[str]:
    """The settings of a section, or its problems. A key whose variables are empty is left out."""
    if not isinstance(given, dict):
        return [f"{name}: must be a mapping and is {_kind(given)}"]
    problems: list[str] = []
    values = _Substitution(environment, problems).value(given, name)
    named = {problem.partition(": ")[0] for problem in problems}
    try:
        made = settings.model_validate(
            {key: value for key, value in values.items() if value not in (None, "")}
        )
    except ValidationError as error:
        for problem in error.errors(include_input=False, include_url=False):
            key = ".".join([name, *map(str, problem["loc"])])
            problems += [f"{key}: {_said(problem, settings)}"] if key not in named else []
    return problems or made


def _said(problem: ErrorDetails, settings: type[BaseModel]) -> str:
    if problem["type"] == "extra_forbidden":
        return f"unknown, there are {', '.join(settings.model_fields)}"
    return problem["msg"].removeprefix("Value error, ")


class _Substitution:
    """Puts variables into values, and collects the problems."""

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
    """The text between `{` and its `}`, and the rest; a default may contain pairs of braces."""
    depth = 0
    for place, letter in enumerate(text):
        depth += (letter == "{") - (letter == "}")
        if not depth:
            return text[1:place], text[place + 1 :]
    return None, ""


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise ConfigurationError(f"{path} cannot be read: {reason}") from None


def _kind(value: Any) -> str:
    return "empty" if value is None else f"a {type(value).__name__}"


def _place(error: yaml.YAMLError) -> str:
    """Line and column of the mistake. PyYAML's message is not used: it may quote a value."""
    mark = getattr(error, "problem_mark", None)
    return f": line {mark.line + 1}, column {mark.column + 1}" if mark else ""
