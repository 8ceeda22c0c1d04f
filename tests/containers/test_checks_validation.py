"""What a robust container module must pass: what cannot work is said before anything opens."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from dependency_injector import providers

from containers import ApplicationContainer, running, start, validate
from containers.users import UserService
from prismongo.containers.base import Container, mount
from prismongo.containers.validation import ValidationError
from tests.application import Calls
from tests.project import TOP

Load = Callable[[str], ModuleType]


@pytest.fixture
def load(tmp_path: Path) -> Iterator[Load]:
    """Makes a module of a text."""
    names: list[str] = []

    def loaded(text: str) -> ModuleType:
        name = f"wired_{len(names)}_{tmp_path.name}"
        path = tmp_path / f"{name}.py"
        path.write_text(text)
        spec = importlib.util.spec_from_file_location(name, path)
        assert spec is not None
        assert spec.loader is not None
        module = sys.modules[name] = importlib.util.module_from_spec(spec)
        names.append(name)
        spec.loader.exec_module(module)
        return module

    yield loaded
    for name in names:
        del sys.modules[name]


async def problems_of(container: ApplicationContainer) -> list[str]:
    with pytest.raises(ValidationError) as caught:
        await start(container)
    return caught.value.problems


class Keeper:
    def __init__(self, kept: object) -> None:
        self.kept = kept


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({}, "UserService misses its parameter `passwords`"),
        ({"passwords": None, "pasword": 1}, "UserService has no parameter `pasword`"),
    ],
)
async def test_check_17_validate_names_provider_and_parameter_at_start(
    application: ApplicationContainer, calls: Calls, given: dict[str, Any], problem: str
) -> None:
    service = providers.Factory(UserService, database=application.database.service, **given)
    application.users.service.override(service)
    assert await problems_of(application) == [f"users.service -> Factory: {problem}"]
    assert calls.connects == 0


def test_check_18_an_undefined_dependency_or_a_cycle_is_named_with_its_whole_path() -> None:
    class Feature(Container):
        other = providers.Dependency(instance_of=Keeper)
        service = providers.Factory(Keeper, kept=other)

    class Inner(Container):
        feature = mount(Feature)

    class Root(Container):
        inner = mount(Inner)

    class Round(Container):
        one = mount(Feature)
        two = mount(Feature, other=one.service)

    with pytest.raises(ValidationError) as undefined:
        validate(Root())
    (problem,) = undefined.value.problems
    assert problem == "inner.feature.other: undefined dependency, a Keeper is wanted"
    cyclic = Round()
    cyclic.one.other.override(cyclic.two.service)
    with pytest.raises(ValidationError) as cycle:
        validate(cyclic)
    (problem,) = cycle.value.problems
    assert problem == "cycle: one.other -> two.service -> two.other -> one.service -> one.other"


HEAD = """
from typing import Annotated
from dependency_injector.wiring import Closing, Provide, inject
from fastapi import APIRouter, Depends
from containers.users import UserService

router = APIRouter()
"""

UNRESOLVED = """
@inject
async def find(users: UserService = Provide["users.servise"]) -> UserService:
    return users
"""

REVERSED = """
@inject
@router.get("/users")
async def find(users: UserService = Depends(Provide["users.service"])) -> None: ...
"""

ONLY_A_DEPENDENCY_REVERSED = """
async def users(users: UserService = Depends(Provide["users.service"])) -> UserService:
    return users

@router.get("/users")
async def find(users: Annotated[UserService, Depends(users)]) -> None: ...
"""

CLOSING = """
@inject
async def find(users: UserService = Closing[Provide["users.service"]]) -> UserService:
    return users
"""

IN_A_CLASS = """
class Finder:
    @inject
    def __init__(self, users: UserService = Provide["usres.service"]) -> None: ...
"""

AN_ATTRIBUTE = """
users = Provide["usres.service"]
"""


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (UNRESOLVED, "find: `users`: Provide['users.servise'] resolves to nothing"),
        (
            REVERSED,
            "find: `users` is not injected: put `@inject` of prismongo.containers.wiring directly",
        ),
        (ONLY_A_DEPENDENCY_REVERSED, "users: `users` is not injected: put `@inject`"),
        (CLOSING, "find: `users`: Closing would stop what others use"),
        (IN_A_CLASS, "Finder.__init__: `users`: Provide['usres.service'] resolves to nothing"),
        (AN_ATTRIBUTE, "users: Provide['usres.service'] resolves to nothing"),
    ],
)
async def test_check_22_an_unresolved_marker_or_reversed_decorators_fail_the_start(
    application: ApplicationContainer, calls: Calls, load: Load, text: str, problem: str
) -> None:
    module = load(HEAD + text)
    application.wire(modules=[module])
    (found,) = await problems_of(application)
    assert found.startswith(f"{module.__name__}.{problem}")
    assert calls.connects == 0


TEXT_ANNOTATIONS = """
from __future__ import annotations
from typing import Annotated
from dependency_injector.wiring import Provide
from containers.users import UserService
from prismongo.containers.wiring import inject
from database import DatabaseService

@inject
async def asynchronous(users: Annotated[UserService, Provide["users.service"]]) -> UserService:
    return users

@inject
def synchronous(users: Annotated[UserService, Provide["users.service"]]) -> UserService:
    return users

@inject
async def direct(database: Annotated[DatabaseService, Provide["database.service"]]) -> object:
    return database

def within(inner: type) -> object:
    Inner = inner

    @inject
    def function(users: Annotated[Inner, Provide["users.service"]]) -> object:
        return users

    return function
"""


async def test_check_27_with_annotations_that_are_text_injection_works(
    application: ApplicationContainer, load: Load
) -> None:
    module = load(TEXT_ANNOTATIONS)
    within = module.within(UserService)
    application.wire(modules=[module])
    async with running(application):
        database = application.database.service()
        for users in (await module.asynchronous(), module.synchronous(), within()):
            assert isinstance(users, UserService)
            assert users.database is database
        assert await module.direct() is database
    application.unwire()


async def test_what_is_not_injected_for_its_text_annotations_is_said(
    application: ApplicationContainer, load: Load
) -> None:
    module = load(TEXT_ANNOTATIONS.replace("    @inject\n", "").replace("@inject\n", ""))
    application.wire(modules=[module])
    found = await problems_of(application)
    assert [problem.split(":")[0].rpartition(".")[2] for problem in found] == [
        "asynchronous",
        "synchronous",
        "direct",
    ]


TYPED = """
from typing import assert_type
from containers import ApplicationContainer, running
from containers.users import UserService
from database import DatabaseService, DatabaseSettings

async def use(application: ApplicationContainer) -> None:
    async with running(application) as container:
        assert_type(container, ApplicationContainer)
        assert_type(container.users.service(), UserService)
        assert_type(container.database.service(), DatabaseService)
        assert_type(container.users.service().database, DatabaseService)
        assert_type(container.database_settings(), DatabaseSettings)
"""

MISSPELT = """
        container.usres.service()
        container.users.servise()
        container.users.service().serach("ada")
        number: int = container.users.service()
"""


def test_check_28_resolving_is_typed_and_a_misspelt_provider_is_an_error(tmp_path: Path) -> None:
    snippet = tmp_path / "snippet.py"
    snippet.write_text(TYPED + MISSPELT)
    command = [sys.executable, "-m", "mypy", "--no-error-summary", str(snippet)]
    done = subprocess.run(command, cwd=TOP, capture_output=True, text=True, check=False)
    errors = re.findall(r"snippet\.py:(\d+): error: (.*)  \[([\w-]+)\]", done.stdout)
    first = TYPED.count("\n") + 2
    assert [int(line) - first for line, _, _ in errors] == [0, 1, 2, 3], done.stdout + done.stderr
    assert [kind for _, _, kind in errors] == ["attr-defined"] * 3 + ["assignment"]
    assert '"ApplicationContainer" has no attribute "usres"' in errors[0][1]
    assert '"UsersContainer" has no attribute "servise"' in errors[1][1]
