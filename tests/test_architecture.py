"""The house: which room may know which, how big its parts are, and what an import costs."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

TOP = Path(__file__).parent.parent
LONGEST_MODULE = 400  # lines; 80 to 250 is what we aim at
LONGEST_FUNCTION = 40  # lines without the docstring; about 10 is what we aim at

# From the bottom up: a room knows itself, the rooms of its own row, and those of the rows below.
ROWS = (
    (
        "database.errors",
        "database.settings",
        "database.url",
        "database.files",
        "database.metrics",
        "database.mongod",
        "database.mongod_binary",
        "database.guarded",
        "database.watchdog",
        "database.direct",
    ),
    ("database.schema",),
    ("database.query",),
    ("database.stores",),
    ("database.engine",),
    ("database.client",),
    ("database.service", "database.changes", "database.health", "database.testing"),
    ("database.check",),
    ("database",),
    ("containers",),
    ("database.cli", "database.__main__", "database.pytest_plugin"),  # whoever starts the house
)
HEIGHT = {room: height for height, row in enumerate(ROWS) for room in row}
# `from database.schema import push` is a public name; the work is a store's, loaded when asked for.
ALLOWED = {("database.schema", "database.stores.mongo.live.push")}
# The generated client's modules that the rooms below the service must not know.
GENERATED = {"actions", "bases", "client", "enums", "http", "metadata", "models", "partials"} | {
    "types"
}

MODULES = {
    ".".join(path.relative_to(TOP).with_suffix("").parts).removesuffix(".__init__"): path
    for package in ("containers", "database")
    for path in sorted((TOP / package).rglob("*.py"))
}
Function = ast.FunctionDef | ast.AsyncFunctionDef

WITHOUT_CLIENT = """
import sys
import tomllib
class Missing:
    def find_spec(self, name, path=None, target=None):
        if name in {names!r}:
            raise ModuleNotFoundError(f"not generated: {{name}}")
sys.meta_path.insert(0, Missing())
import {module}
try:
    import prisma.client
except ModuleNotFoundError:
    print("imported")
"""
EVENTS = """
import json, sys
events = []
watched = ("open", "socket.bind", "socket.connect", "subprocess.Popen", "os.exec", "os.fork")
def hook(name, arguments):
    if name in watched:
        events.append([name, *(str(each) for each in arguments[:2])])
sys.addaudithook(hook)
import {module}
sys.stdout.write(json.dumps(events))
"""


@cache
def tree_of(module: str) -> ast.Module:
    return ast.parse(MODULES[module].read_text(encoding="utf-8"))


def imported_by(module: str) -> Iterator[str]:
    """Every import in the module, in functions and under TYPE_CHECKING too."""
    for node in ast.walk(tree_of(module)):
        match node:
            case ast.Import(names=names):
                yield from (each.name for each in names)
            case ast.ImportFrom(module=str(origin), names=names, level=0):
                for each in names:
                    submodule = f"{origin}.{each.name}"
                    yield submodule if submodule in MODULES else origin


def room_of(module: str) -> str:
    """The longest name of a room that the module's name begins with."""
    return max((room for room in HEIGHT if f"{module}.".startswith(f"{room}.")), key=len)


def functions_of(module: str) -> Iterator[Function]:
    for node in ast.walk(tree_of(module)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def lines_of(node: ast.stmt | ast.match_case) -> int:
    last = node.body[-1] if isinstance(node, ast.match_case) else node
    first = node.pattern if isinstance(node, ast.match_case) else node
    return (last.end_lineno or 0) - first.lineno + 1


def length_of(function: Function) -> int:
    """Its lines without the docstring; of a `match` the longest case: the rest is a list."""
    length = lines_of(function)
    if ast.get_docstring(function) is not None:
        length -= lines_of(function.body[0])
    for node in ast.walk(function):
        if isinstance(node, ast.Match):
            cases = [lines_of(case) for case in node.cases]
            length -= sum(cases) - max(cases)
    return length


@pytest.mark.parametrize("module", MODULES)
def test_imports_point_down(module: str) -> None:
    room = room_of(module)
    upward = {
        name
        for name in imported_by(module)
        if name.partition(".")[0] in ("containers", "database")
        and HEIGHT[room_of(name)] > HEIGHT[room]
        and (module, name) not in ALLOWED
    }

    assert not upward


def test_every_module_has_a_room() -> None:
    assert [module for module in MODULES if room_of(module) == "database"] == ["database"]


def test_imports_are_absolute() -> None:
    relative = [
        module
        for module in MODULES
        for node in ast.walk(tree_of(module))
        if isinstance(node, ast.ImportFrom) and node.level
    ]

    assert not relative


def test_one_module_imports_the_generated_client() -> None:
    modules = {f"prisma.{name}" for name in GENERATED}
    knowing = {
        module
        for module in MODULES
        if HEIGHT[room_of(module)] < HEIGHT["database.service"]
        and modules.intersection(imported_by(module))
    }

    assert knowing == {"database.client"}


def importing(*packages: str) -> set[str]:
    """The modules that import one of the packages, or of what is in them."""
    wanted = {f"{package}." for package in packages}
    return {
        module
        for module in MODULES
        if any(f"{name}.".startswith(tuple(wanted)) for name in imported_by(module))
    }


def test_only_the_root_container_reads_configuration() -> None:
    assert importing("containers.configuration") == {"containers.application"}
    assert importing("yaml") == {"containers.configuration"}


def test_fastapi_is_no_dependency_and_one_module_needs_starlette() -> None:
    project = tomllib.loads((TOP / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    required = {re.split(r"\W", each.lower())[0] for each in project["dependencies"]}

    assert required.isdisjoint({"fastapi", "starlette", "uvicorn"})
    assert importing("fastapi", "uvicorn") == set()
    assert importing("starlette") == {"containers.asgi"}
    assert importing("containers.asgi") == set()


@pytest.mark.parametrize("module", MODULES)
def test_a_module_says_its_place_and_is_not_too_long(module: str) -> None:
    text = MODULES[module].read_text(encoding="utf-8")

    assert ast.get_docstring(tree_of(module))
    assert len(text.splitlines()) <= LONGEST_MODULE


@pytest.mark.parametrize("module", MODULES)
def test_functions_are_short(module: str) -> None:
    lengths = {function.name: length_of(function) for function in functions_of(module)}

    assert not {name for name, length in lengths.items() if length > LONGEST_FUNCTION}


@pytest.mark.parametrize(
    "module",
    [
        "database",
        "database.schema",
        "database.engine",
        "database.cli",
        "database.mongod",
        "database.pytest_plugin",
    ],
)
def test_it_imports_without_a_generated_client(module: str) -> None:
    names = {f"prisma.{name}" for name in GENERATED}

    assert python(WITHOUT_CLIENT.format(names=names, module=module)).split() == ["imported"]


@pytest.mark.parametrize(
    "module", ["containers", "database", "database.service", "database.engine", "database.schema"]
)
def test_an_import_opens_nothing(module: str) -> None:
    events = json.loads(python(EVENTS.format(module=module)))
    read = {Path(event[1]) for event in events if event[0] == "open"}

    assert [event for event in events if event[0] != "open"] == []
    assert [event for event in events if event[0] == "open" and event[2] not in ("r", "rb")] == []
    assert {path.suffix for path in read if path.is_relative_to(TOP / "database")} <= {
        ".py",
        ".pyc",
    }
    assert not {path for path in read if path.parent == TOP}


def python(source: str) -> str:
    """What a Python of its own prints, started outside the project and told where that is."""
    command = [sys.executable, "-B", "-c", f"import sys; sys.path.insert(0, {str(TOP)!r}){source}"]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout
