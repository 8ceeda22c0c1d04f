"""The rooms: which may know which, how big their parts are, and what an import costs."""

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

from tests.project import TOP

LONGEST_MODULE = 400  # lines; 80 to 250 is what we aim at
LONGEST_FUNCTION = 40  # lines without the docstring; about 10 is what we aim at

# From the bottom up: a room knows itself and the rooms of the rows below. `*`: those of its own row
# know one another, too.
ROOMS = """
* prismongo.errors prismongo.fields prismongo.url prismongo.settings prismongo.tasks
  prismongo.project prismongo.garbage prismongo.spans
  prismongo.metrics prismongo.embedded prismongo.schema prismongo.native
  prismongo.query
  prismongo.stores
  prismongo.engine
  prismongo.telemetry
  prismongo.client
  prismongo.testing.failures
  prismongo.testing.faults
* prismongo.health prismongo.changes prismongo.service prismongo.testing.controls
  prismongo.testing prismongo.generator
  prismongo.check prismongo.seed
  prismongo.pull
  prismongo.containers
  prismongo.diagram
* prismongo prismongo.cli prismongo.__main__ prismongo.testing.plugin
  database
  containers
"""
SHELVES = {
    "prismongo.query": """
  prismongo.query.nodes prismongo.query.values
  prismongo.query.errors
  prismongo.query.validate prismongo.query.plan prismongo.query.decode
""",
    "prismongo.schema": """
  prismongo.schema.datamodel
* prismongo.schema.language prismongo.schema.errors
* prismongo.schema.moments prismongo.schema.literals prismongo.schema.scalars
* prismongo.schema.scope prismongo.schema.arguments prismongo.schema.index_names
* prismongo.schema.index_fields prismongo.schema.operator_classes prismongo.schema.shard_keys
  prismongo.schema.rules
  prismongo.schema
""",
    "prismongo.stores": """
  prismongo.stores.codes
* prismongo.stores.errors prismongo.stores.models prismongo.stores.rows
* prismongo.stores.updates prismongo.stores.changes
  prismongo.stores.store prismongo.stores.wanted
  prismongo.stores.mongo prismongo.stores.memory
""",
    "prismongo.stores.mongo": """
  prismongo.stores.mongo.codes
  prismongo.stores.mongo.compile prismongo.stores.mongo.errors
  prismongo.stores.mongo.connect
  prismongo.stores.mongo.streams
  prismongo.stores.mongo
  prismongo.stores.mongo.push
""",
    "prismongo.engine": """
  prismongo.engine.graphql
  prismongo.engine
""",
}
# `from prismongo.schema import push` is a public name; the work is a store's, loaded when asked
# for.
ALLOWED = {
    ("prismongo.schema", "prismongo.stores.mongo.push.push"),
}

MODULES = {
    ".".join(path.relative_to(TOP).with_suffix("").parts).removesuffix(".__init__"): path
    for package in ("containers", "database", "prismongo")
    for path in sorted((TOP / package).rglob("*.py"))
}
LIBRARY = [module for module in MODULES if f"{module}.".startswith("prismongo.")]
Function = ast.FunctionDef | ast.AsyncFunctionDef

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


class Rows:
    """Rooms by their height, from a table."""

    def __init__(self, table: str) -> None:
        rows = [line for line in table.splitlines() if line.strip()]
        self.height = {room: height for height, row in enumerate(rows) for room in row[2:].split()}
        self.joined = {height for height, row in enumerate(rows) if row.startswith("*")}

    def room_of(self, module: str) -> str:
        """The longest name of a room that the module's name begins with."""
        return max((room for room in self.height if _is_in(module, room)), key=len, default="")

    def may_know(self, module: str, other: str) -> bool:
        """Whether one may import the other."""
        here, there = self.room_of(module), self.room_of(other)
        if here == there:
            return True
        below = self.height[there] < self.height[here]
        level = self.height[there] == self.height[here] and self.height[here] in self.joined
        return below or level


def _is_in(module: str, room: str) -> bool:
    return f"{module}.".startswith(f"{room}.")


@cache
def tree_of(module: str) -> ast.Module:
    return ast.parse(MODULES[module].read_text(encoding="utf-8"))


@cache
def imported_by(module: str) -> tuple[str, ...]:
    """Every import in the module, in functions and under TYPE_CHECKING too."""
    return tuple(_imports(tree_of(module)))


def _imports(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                yield from (each.name for each in names)
            case ast.ImportFrom(module=str(origin), names=names, level=0):
                for each in names:
                    submodule = f"{origin}.{each.name}"
                    yield submodule if submodule in MODULES else origin


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
def test_rooms_know_only_those_below(module: str) -> None:
    rows = Rows(ROOMS)
    upward = {
        other
        for other in imported_by(module)
        if rows.room_of(other)
        and not rows.may_know(module, other)
        and (module, other) not in ALLOWED
    }

    assert rows.room_of(module)
    assert not upward


@pytest.mark.parametrize("room", SHELVES)
def test_shelves_in_a_room_know_only_those_below(room: str) -> None:
    rows = Rows(SHELVES[room])
    upward = {
        (module, other)
        for module in MODULES
        if _is_in(module, room) and rows.room_of(module)
        for other in imported_by(module)
        if _is_in(other, room) and rows.room_of(other) and not rows.may_know(module, other)
    }

    assert not upward


def test_no_imports_go_in_a_circle() -> None:
    """Those for types alone are left out: they import nothing when the program runs."""
    arrows = {module: [each for each in _runtime(module) if each in MODULES] for module in MODULES}
    done: set[str] = set()

    def visit(module: str, way: tuple[str, ...]) -> None:
        assert module not in way, " → ".join((*way[way.index(module) :], module))
        if module not in done:
            for other in arrows[module]:
                visit(other, (*way, module))
            done.add(module)

    for module in MODULES:
        visit(module, ())


def _runtime(module: str) -> Iterator[str]:
    """What the module imports when it is imported: not in functions, nor under TYPE_CHECKING."""
    for statement in tree_of(module).body:
        if isinstance(statement, ast.Import | ast.ImportFrom | ast.Try | ast.With):
            yield from _imports(statement)


def test_imports_are_absolute() -> None:
    relative = [
        module
        for module in MODULES
        for node in ast.walk(tree_of(module))
        if isinstance(node, ast.ImportFrom) and node.level
    ]

    assert not relative


def importing(*packages: str) -> set[str]:
    """The modules that import one of the packages, or of what is in them."""
    wanted = tuple(f"{package}." for package in packages)
    return {
        module
        for module in MODULES
        if any(f"{name}.".startswith(wanted) for name in imported_by(module))
    }


def test_the_library_imports_no_application_and_no_generated_client() -> None:
    generated = ("actions", "bases", "client", "enums", "metadata", "models", "partials", "types")
    own = importing("database", "containers", *(f"prisma.{name}" for name in generated))
    whole = {
        module
        for module in LIBRARY
        for node in ast.walk(tree_of(module))
        if isinstance(node, ast.ImportFrom)
        and node.module == "prisma"
        and {each.name for each in node.names} - {"errors", "fields", "config"}
    }

    assert own.intersection(LIBRARY) == set()
    assert whole == set()


def test_only_the_root_container_reads_configuration() -> None:
    kit = "prismongo.containers"  # names it for those who import it
    assert importing("prismongo.containers.configuration") == {"containers.application", kit}
    assert importing("yaml") == {"prismongo.containers.configuration"}


def test_fastapi_is_no_dependency_and_one_module_needs_starlette() -> None:
    project = tomllib.loads((TOP / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    required = {re.split(r"\W", each.lower())[0] for each in project["dependencies"]}

    assert required.isdisjoint({"fastapi", "starlette", "uvicorn", "argon2"})
    assert importing("fastapi", "uvicorn") == set()
    responses = "prismongo.containers.error_responses"
    assert importing("starlette") == {"prismongo.containers.asgi", responses}
    assert importing(responses) == {"prismongo.containers.asgi"}
    assert importing("prismongo.containers.asgi") == set()


def test_opentelemetry_is_optional_and_one_room_needs_it() -> None:
    project = tomllib.loads((TOP / "pyproject.toml").read_text(encoding="utf-8"))["project"]

    assert not [each for each in project["dependencies"] if "opentelemetry" in each]
    extra = project["optional-dependencies"]["opentelemetry"]
    assert [re.split(r"[^\w-]", each)[0] for each in extra] == ["opentelemetry-api"]
    assert {each.rpartition(".")[0] for each in importing("opentelemetry")} == {
        "prismongo.telemetry"
    }
    assert importing("opentelemetry.sdk") == set()
    outside = {each for each in importing("prismongo.telemetry") if "telemetry" not in each}
    assert outside == {"prismongo.client.base"}


@pytest.mark.parametrize("module", MODULES)
def test_a_module_says_its_place_and_is_not_too_long(module: str) -> None:
    text = MODULES[module].read_text(encoding="utf-8")

    assert ast.get_docstring(tree_of(module))
    assert len(text.splitlines()) <= LONGEST_MODULE


@pytest.mark.parametrize("module", MODULES)
def test_functions_are_short(module: str) -> None:
    lengths = {function.name: length_of(function) for function in functions_of(module)}

    assert not {name for name, length in lengths.items() if length > LONGEST_FUNCTION}


WITHOUT_CLIENT = """
import sys
class Missing:
    def find_spec(self, name, path=None, target=None):
        if name in {names!r}:
            raise ModuleNotFoundError(f"not generated: {{name}}")
sys.meta_path.insert(0, Missing())
{statement}
print("imported")
"""


@pytest.mark.parametrize(
    "statement",
    [
        "import prismongo.containers.database",
        "import prismongo.engine",
        "from prismongo.cli.runs import check, diagram, generate, mongod, pull, push, seed",
        "import prismongo.embedded",
        "import prismongo.testing.plugin",
        "from prismongo import DatabaseSettings, Service",
        "from prismongo.testing import fake",
    ],
)
def test_the_library_imports_without_a_generated_client(statement: str) -> None:
    names = ("actions", "bases", "client", "enums", "metadata", "models", "partials", "types")
    missing = {f"prisma.{name}" for name in names}

    assert python(WITHOUT_CLIENT.format(names=missing, statement=statement)).split() == ["imported"]


@pytest.mark.parametrize(
    "module",
    ["containers", "database", "prismongo.service", "prismongo.engine", "prismongo.containers"],
)
def test_an_import_opens_nothing(module: str) -> None:
    events = json.loads(python(EVENTS.format(module=module)))
    read = {Path(event[1]) for event in events if event[0] == "open"}

    assert [event for event in events if event[0] != "open"] == []
    assert [event for event in events if event[0] == "open" and event[2] not in ("r", "rb")] == []
    assert {path.suffix for path in read if path.is_relative_to(TOP / "prismongo")} <= {
        ".py",
        ".pyc",
    }
    assert not {path for path in read if path.parent == TOP}


def python(source: str) -> str:
    """What a Python of its own prints, started outside the project and told where that is."""
    command = [sys.executable, "-B", "-c", f"import sys; sys.path.insert(0, {str(TOP)!r}){source}"]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout
