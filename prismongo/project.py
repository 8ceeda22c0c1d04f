"""The project around the working directory: its `[tool.prismongo]`, its schema, its `.env` files.

    find_schema()       [tool.prismongo] schema, else schema.prisma, prisma/schema.prisma, prisma/
    environment(folder) the variables of .env here and in the schema's folder, under the real ones
    imported(name)      what a module of the application has

Commands and the start of an application both ask here, so that they find the same. Source of the
expansion: Prisma's `dotenvExpand.ts`.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from importlib import import_module
from io import StringIO
from pathlib import Path
from typing import Any, Final, Literal

from dotenv import dotenv_values

from prismongo.errors import ConfigurationError

DEFAULT_SCHEMA: Final = Path("schema.prisma")
_FOLDER: Final = Path("prisma")
_CLIENT_MARK: Final = "__title__ = 'prisma'"
"""A line of every generated package, upstream's included."""
_NAME_IT: Final = "name one with --schema, or as `schema` of [tool.prismongo] in pyproject.toml"
_EXAMPLES: Final = {"seed": "function", "container": "Class"}
_REFERENCE: Final = re.compile(r"(\\?)\$\{([A-Za-z0-9_]*)\}")


def project_folder() -> Path:
    """The folder of the nearest pyproject.toml, in or above the working directory; else that."""
    here = Path.cwd()
    return next(
        (each for each in (here, *here.parents) if (each / "pyproject.toml").is_file()), here
    )


def project_settings() -> dict[str, Any]:
    """`[tool.prismongo]` of the project; empty if there is none.

    Raises:
        ConfigurationError: pyproject.toml cannot be read, or has something else there.
    """
    path = project_folder() / "pyproject.toml"
    if not path.is_file():
        return {}
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path} cannot be read: {error}") from None
    except OSError as error:
        raise ConfigurationError(f"Cannot read {path}: {error.strerror}.") from error
    for name in ("tool", "prismongo"):
        found = found.get(name, {})
        if not isinstance(found, dict):
            raise ConfigurationError(f"{path}: `{name}` is not a table: [tool.prismongo] is one.")
    return found


def imported(name: str, role: Literal["seed", "container"]) -> Any:
    """What a module of the application has.

    Args:
        name: `module:attribute`.
        role: what it is to be, for the messages.

    Raises:
        ConfigurationError: the name is of another form, or cannot be imported.
    """
    module_name, _, attribute = name.partition(":")
    if not module_name or not attribute:
        raise ConfigurationError(f'A {role} is named "module:{_EXAMPLES[role]}", not "{name}".')
    try:
        module = import_module(module_name)
    except Exception as error:
        # Whatever the module of an application raises; the notes say what to do about it.
        notes = "".join(f"\n{note}" for note in getattr(error, "__notes__", ()))
        raise ConfigurationError(
            f"The {role} {name} cannot be imported: {type(error).__name__}: {error}{notes}"
        ) from error
    try:
        return getattr(module, attribute)
    except AttributeError as error:
        raise ConfigurationError(f"{module_name} has no `{attribute}`.") from error


# --- the schema ---


def find_schema(*, may_lack: bool = False) -> Path:
    """The file or the folder of the project's schema.

    Without one it is `schema.prisma`, which then cannot be read.

    Args:
        may_lack: whether what `[tool.prismongo]` names need not be there yet.

    Raises:
        ConfigurationError: there are several, or `schema` of `[tool.prismongo]` is not one.
    """
    if (named := project_settings().get("schema")) is not None:
        return _named_schema(named, may_lack=may_lack)
    for folder in dict.fromkeys((Path.cwd(), project_folder())):
        if found := _schemas_in(folder):
            if len(found) > 1:
                names = " and ".join(found)
                raise ConfigurationError(f"The schema may be {names}: {_NAME_IT}.")
            ((name, path),) = found.items()
            return Path(name.rstrip("/")) if folder == Path.cwd() else path
    return DEFAULT_SCHEMA


def _named_schema(named: object, *, may_lack: bool) -> Path:
    if not isinstance(named, str) or not named:
        raise ConfigurationError(
            "pyproject.toml: `schema` of [tool.prismongo] is a file or a folder, as a text: "
            '"app/schema.prisma".'
        )
    path = project_folder() / named
    if not may_lack and not path.exists():
        raise ConfigurationError(
            f"pyproject.toml: `schema` of [tool.prismongo] is {named}, and {path} does not exist: "
            "correct it, write the schema, or have it made of a database with `prismongo pull`."
        )
    return path


def _schemas_in(folder: Path) -> dict[str, Path]:
    """What may be the schema in a folder, each by its name; a folder's name ends with a slash."""
    places = (DEFAULT_SCHEMA, _FOLDER / DEFAULT_SCHEMA)
    found = {
        place.as_posix(): folder / place
        for place in places
        if (folder / place).is_file() and not is_client((folder / place).parent)
    }
    inside = files_below(folder / _FOLDER)
    if any(each != folder / _FOLDER / DEFAULT_SCHEMA for each in inside):
        found[f"{_FOLDER}/"] = folder / _FOLDER
    return found


def files_below(folder: Path) -> list[Path]:
    """The `.prisma` files in a folder and below; not in hidden folders or generated clients."""
    found: list[Path] = []
    for here, folders, names in os.walk(folder):
        if is_client(Path(here)):
            folders.clear()
            continue
        folders[:] = [name for name in folders if not name.startswith(".")]
        files = [Path(here, name) for name in names if not name.startswith(".")]
        found += [file for file in files if file.suffix == ".prisma" and file.is_file()]
    return sorted(found)


def is_client(folder: Path) -> bool:
    """Whether a folder is a generated client, which holds a copy of its schema."""
    opening = folder / "__init__.py"
    if not opening.is_file():
        return False
    return _CLIENT_MARK in opening.read_text(encoding="utf-8", errors="replace")


# --- the environment ---


def environment(schema_folder: Path | None = None) -> dict[str, str]:
    r"""The variables of the environment, and those of `.env` files, which they outrank.

    `.env` is read in the working directory and in the folder of the schema. `${NAME}` in a value is
    replaced by that variable, by nothing if there is none; `\${NAME}` stays `${NAME}`.

    Args:
        schema_folder: the folder of the schema; None: that of the project's schema, if it has one.

    Raises:
        ConfigurationError: a file cannot be read, both give a variable a value of their own, or a
            variable refers to itself. The message has no value.
    """
    here = Path.cwd()
    folders = dict.fromkeys((here, (schema_folder or _schema_folder() or here).absolute()))
    given: dict[str, str] = {}
    for folder in folders:
        for name, value in _dotenv(folder / ".env").items():
            if name not in os.environ and given.setdefault(name, value) != value:
                files = " and ".join(str(shown(each / ".env")) for each in folders)
                raise ConfigurationError(f"{name} has different values in {files}: keep one.")
    own = {name: _expanded(name, given, ()) for name in given if name not in os.environ}
    return {**own, **os.environ}


def _schema_folder() -> Path | None:
    try:
        schema = find_schema()
    except ConfigurationError:
        return None
    return schema if schema.is_dir() else schema.parent


def _expanded(name: str, given: Mapping[str, str], path: tuple[str, ...]) -> str:
    """The value of a variable of a `.env` file; `path` are those that refer to it."""
    if name in path:
        raise ConfigurationError(f"{name} in .env refers to itself.")

    def value(found: re.Match[str]) -> str:
        escape, other = found.groups()
        if escape:
            return found[0][1:]
        if other in os.environ:
            return os.environ[other]
        return _expanded(other, given, (*path, name)) if other in given else ""

    return _REFERENCE.sub(value, given[name])


def _dotenv(path: Path) -> dict[str, str]:
    if not path.is_file():
        return {}
    values = dotenv_values(stream=StringIO(read_text(path)), interpolate=False)
    return {name: value for name, value in values.items() if value is not None}


def shown(path: Path) -> Path:
    """A path as messages name it: from the working directory on, if it is in it."""
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


def read_text(path: Path) -> str:
    """The text of a file.

    Raises:
        ConfigurationError: it cannot be read, or is not UTF-8.
    """
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise ConfigurationError(f"Cannot read {shown(path)}: it is not UTF-8.") from error
    except OSError as error:
        raise ConfigurationError(f"Cannot read {shown(path)}: {error.strerror}.") from error
