"""What is given that the annotation does not want: refused at start, with both paths."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import AsyncIterator, Iterator, Mapping  # noqa: F401  in annotations
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import (  # noqa: F401  likewise
    TYPE_CHECKING,
    Annotated,
    Any,
    Protocol,
    TypedDict,
    TypeVar,
)
from unittest.mock import Mock

import pytest
from dependency_injector import containers, providers  # noqa: F401  likewise

from containers import ApplicationContainer, running, start
from containers.users import UsersContainer, UserService
from prismongo.containers.base import Container, mount
from prismongo.containers.lifecycle import validate
from prismongo.containers.resource import PlainResource
from prismongo.containers.validation import ValidationError
from tests.application import Calls

if TYPE_CHECKING:
    from decimal import Decimal  # noqa: F401  which is not there at run time

T = TypeVar("T")


class Settings:
    """What the thing is made with."""

    def url(self) -> str:
        return ""


class Thing:
    """What is wanted."""

    def act(self) -> None: ...


class Better(Thing):
    """The same, and more."""


class Duck:
    """No thing, and does what one does."""

    def act(self) -> None: ...


class Acts(Protocol):
    def act(self) -> None: ...


def problems(container: Any) -> list[str]:
    with pytest.raises(ValidationError) as caught:
        validate(container)
    return caught.value.problems


async def open_thing(settings: Settings) -> AsyncIterator[Thing]:
    yield Thing()


@asynccontextmanager
async def enter_settings() -> AsyncIterator[Settings]:
    yield Settings()


def made(kind: type[T]) -> T:
    return kind()


def of_whatever() -> Any: ...


def of_no_word():  # type: ignore[no-untyped-def]  # on purpose
    ...


async def later() -> Settings:
    return Settings()


class Inner(Container):
    settings = providers.Singleton(made, Settings)
    service = PlainResource(open_thing, settings=settings)


class Wants:
    def __init__(self, thing: Thing) -> None:
        self.thing = thing


def container(given: Any, wants: Any = Wants) -> Container:
    """One with a mounted container, and a service that is given something of it."""

    class Root(Container):
        inner = mount(Inner)
        settings = providers.Singleton(made, Settings)
        service = providers.Factory(wants, thing=given(inner, settings))

    return Root()


WRONG: dict[str, tuple[Any, str]] = {
    "a container": (lambda inner, _: inner, "`inner` gives a whole container: `inner.service`"),
    "settings": (lambda _, settings: settings, "`settings` gives a Settings: `inner.service`"),
    "settings of a container": (
        lambda inner, _: inner.settings,
        "`inner.settings` gives a Settings: `inner.service`",
    ),
    "a factory": (lambda *_: providers.Factory(Settings), "`Factory` gives a Settings"),
    "a singleton": (lambda *_: providers.ThreadSafeSingleton(Settings), "gives a Settings"),
    "a callable": (lambda *_: providers.Callable(made, Settings), "`Callable` gives a Settings"),
    "a resource": (lambda *_: PlainResource(enter_settings), "`PlainResource` gives a Settings"),
    "a value": (lambda *_: providers.Object("text"), "`Object` gives a str"),
    "a dependency": (
        lambda *_: providers.Dependency(instance_of=Settings, default=Settings()),
        "`Dependency` gives a Settings",
    ),
}


@pytest.mark.parametrize(("given", "said"), WRONG.values(), ids=WRONG)
def test_what_is_not_wanted_is_refused_with_both_paths(given: Any, said: str) -> None:
    (problem,) = problems(container(given))
    assert problem.startswith("service: `thing` of Wants: a Thing is wanted, and ")
    assert said in problem
    assert problem.endswith(": `inner.service` gives one")


RIGHT: dict[str, Any] = {
    "the resource": lambda inner, _: inner.service,
    "a subclass": lambda *_: providers.Factory(Better),
    "a dependency": lambda *_: providers.Dependency(instance_of=Thing, default=Thing()),
    "a dependency of a base": lambda *_: providers.Dependency(instance_of=object, default=Thing()),
    "a fake": lambda *_: providers.Object(Duck()),
    "a factory of fakes": lambda *_: providers.Factory(Duck),
    "a mock": lambda *_: providers.Object(Mock()),
    "a mock of it": lambda *_: providers.Object(Mock(spec=Thing)),
    "what may be anything": lambda *_: providers.Factory(of_whatever),
    "what does not say": lambda *_: providers.Factory(of_no_word),
    "what is awaited": lambda *_: providers.Coroutine(later),
    "what gives its own awaitable": lambda *_: providers.Callable(later),
    "an attribute": lambda inner, _: inner.settings.provided.thing,
    "a plain value": lambda *_: None,
    "any plain value": lambda *_: "text",
}


class Told(TypedDict):
    name: str


class WantsTold:
    def __init__(self, thing: Told | None) -> None:
        self.thing = thing


@pytest.mark.parametrize(
    "given", [{"name": "a"}, providers.Object({"name": "a"}), providers.Factory(dict)]
)
def test_a_typed_dict_is_not_looked_at(given: Any) -> None:
    validate(container(lambda *_: given, WantsTold))


@pytest.mark.parametrize("given", RIGHT.values(), ids=RIGHT)
def test_what_is_wanted_or_not_known_passes(given: Any) -> None:
    validate(container(given))


def test_what_is_overridden_is_looked_at_as_a_fake_is() -> None:
    root: Any = container(lambda _, settings: settings)
    root.settings.override(Thing())
    validate(root)
    root = container(lambda inner, _: inner.service)
    root.inner.service.override(Duck())
    validate(root)


def wanting(annotation: str) -> Any:
    """A class whose constructor has the annotation, as text."""

    class Wanting:
        def __init__(self, thing: Any) -> None: ...

    Wanting.__init__.__annotations__["thing"] = annotation
    return Wanting


@pytest.mark.parametrize(
    "annotation",
    [
        *(
            "Thing",
            "Thing | None",
            "Annotated[Thing, 1]",
            "Mapping[str, Thing]",
            "dict[str, Thing]",
        ),
        *("Thing | Mapping[str, Thing]",),
    ],
)
def test_annotations_that_no_container_fits(annotation: str) -> None:
    (problem,) = problems(container(lambda inner, _: inner, wanting(annotation)))
    assert "`inner` gives a whole container" in problem


@pytest.mark.parametrize(
    "annotation",
    [
        *(
            "Any",
            "object",
            "Acts",
            "T",
            "Thing | Any",
            "containers.Container",
            "Decimal",
            "nowhere",
        ),
        *("providers.Provider[Thing]", "Annotated[Any, 1]", "type[Thing]"),
    ],
)
def test_annotations_that_do_not_say(annotation: str) -> None:
    validate(container(lambda inner, _: inner, wanting(annotation)))


def test_every_parameter_counts_by_place_and_by_name_of_functions_and_dataclasses() -> None:
    @dataclass
    class Both:
        first: Thing
        second: Thing

    Both.__init__.__annotations__.update(first=Thing, second=Thing)

    def call(first: Thing, *, second: Thing) -> None: ...

    class Root(Container):
        inner = mount(Inner)
        both = providers.Singleton(Both, inner, second=inner)
        call_ = providers.Callable(call, inner, second=inner.service)
        resource = PlainResource(open_thing, inner)

    found = problems(Root())
    assert [problem.split(": a ")[0] for problem in found] == [
        "both: `first` of " + Both.__qualname__,
        "both: `second` of " + Both.__qualname__,
        "call_: `first` of " + call.__qualname__,
        "resource: `settings` of open_thing",
    ]


def test_a_number_for_a_wider_one_passes() -> None:
    def call(thing: float) -> None: ...

    validate(container(lambda *_: providers.Factory(int), call))


def test_what_a_mounted_container_is_given_counts() -> None:
    class Feature(Container):
        thing = providers.Dependency(instance_of=Thing)
        service = providers.Factory(Wants, thing=thing)

    class Root(Container):
        inner = mount(Inner)
        feature = mount(Feature, thing=inner)
        second = mount(Feature, thing=inner.service)

    assert problems(Root()) == [
        "feature.thing: a Thing is wanted, and `inner` gives a whole container: `inner.service` "
        "gives one"
    ]


# --- the application ---

SERVICE = "a DatabaseService is wanted, and "


@pytest.mark.parametrize("place", ["argument", "name", "mounted"])
@pytest.mark.parametrize("given", ["database", "database_settings"])
async def test_a_forgotten_service_stops_the_start(calls: Calls, place: str, given: str) -> None:
    wrong: Any = getattr(ApplicationContainer, given)
    passwords = ApplicationContainer.auth.passwords

    class Root(ApplicationContainer):
        match place:
            case "argument":
                extra = providers.Factory(UserService, wrong, passwords)
            case "name":
                extra = providers.Factory(UserService, database=wrong, passwords=passwords)
            case _:
                users_again = mount(
                    UsersContainer,
                    database=wrong,
                    passwords=passwords,
                    instance=ApplicationContainer.instance.service,
                )

    with pytest.raises(ValidationError) as caught:
        async with running(Root()):
            pytest.fail("it did not start")
    where = "users_again.database: " if place == "mounted" else "extra: `database` of UserService: "
    kind = "whole container" if given == "database" else "DatabaseSettings"
    (problem,) = caught.value.problems
    assert problem == f"{where}{SERVICE}`{given}` gives a {kind}: `database.service` gives one"
    assert calls.connects == 0


MARKED = """
from __future__ import annotations
from typing import Annotated
from dependency_injector.wiring import Provide
from containers.users import UserService
from prismongo.containers.wiring import inject

@inject
async def find(users: Annotated[UserService, Provide["{path}"]]) -> UserService:
    return users
"""


@pytest.fixture
def module(tmp_path: Path) -> Iterator[Any]:
    """Makes one of a text."""
    name = f"marked_{tmp_path.name}"

    def load(text: str) -> Any:
        path = tmp_path / f"{name}.py"
        path.write_text(text)
        spec = importlib.util.spec_from_file_location(name, path)
        assert spec is not None
        assert spec.loader is not None
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
        return sys.modules[name]

    yield load
    del sys.modules[name]


@pytest.mark.parametrize("path", ["users", "auth.settings", "users.service"])
async def test_a_marker_counts(application: ApplicationContainer, module: Any, path: str) -> None:
    marked = module(MARKED.format(path=path))
    application.wire(modules=[marked])
    if path == "users.service":
        validate(application)
    else:
        with pytest.raises(ValidationError) as caught:
            await start(application)
        (problem,) = caught.value.problems
        assert f"find: `users`: a UserService is wanted, and `{path}` gives a" in problem
    application.unwire()
