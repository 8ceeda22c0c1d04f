"""The graph looked at before anything opens."""

from __future__ import annotations

from typing import Any

import pytest
from dependency_injector import providers

from prismongo.containers.base import Container, mount
from prismongo.containers.lifecycle import running, validate
from prismongo.containers.resource import PlainResource
from prismongo.containers.validation import ValidationError


class Thing:
    """A dependency."""


class Service:
    def __init__(self, thing: Thing, limit: int = 1, *, name: str) -> None:
        self.thing, self.limit, self.name = thing, limit, name


class Keeper:
    def __init__(self, **kept: object) -> None:
        self.kept = kept


class Feature(Container):
    thing = providers.Dependency(instance_of=Thing)
    service = providers.Factory(Service, thing, name="x")


def problems(container: Any) -> list[str]:
    with pytest.raises(ValidationError) as caught:
        validate(container)
    return caught.value.problems


def test_a_sound_container_passes() -> None:
    class Root(Container):
        thing = providers.Singleton(Thing)
        feature = mount(Feature, thing=thing)

    validate(Root())


def test_a_dependency_of_another_type_is_found() -> None:
    assert problems(Feature(thing="text")) == ["thing: a Thing is wanted, not a str"]


def test_a_provider_without_a_name_is_named_by_the_way_to_it() -> None:
    class Root(Container):
        outer = providers.Factory(Keeper, inner=providers.Factory(Service))

    assert problems(Root()) == [
        "outer -> Factory: Service misses its parameter `thing`",
        "outer -> Factory: Service misses its parameter `name`",
    ]


@pytest.mark.parametrize(
    ("provider", "problem"),
    [
        (providers.Factory(Service, name="x"), "Service misses its parameter `thing`"),
        (providers.Factory(Service, Thing()), "Service misses its parameter `name`"),
        (
            providers.Factory(Service, Thing(), name="x", nmae="y"),
            "Service has no parameter `nmae`",
        ),
        (
            providers.Singleton(Service, Thing(), thing=Thing(), name="x"),
            "Service is given `thing` twice",
        ),
        (
            providers.Callable(Service, 1, 2, 3, name="x"),
            "Service takes 2 positional arguments, not 3",
        ),
    ],
)
def test_constructor_arguments_are_checked(provider: Any, problem: str) -> None:
    class Root(Container):
        service = provider

    assert problems(Root()) == [f"service: {problem}"]


def test_the_arguments_of_a_resource_are_checked() -> None:
    async def open_thing(thing: Thing) -> Any:
        yield thing

    class Root(Container):
        thing = PlainResource(open_thing, thign=1)

    found = problems(Root())
    assert any("has no parameter `thign`" in problem for problem in found)
    assert any("misses its parameter `thing`" in problem for problem in found)


def test_what_says_nothing_of_its_parameters_passes() -> None:
    class Root(Container):
        count = providers.Factory(int, "3")
        anything = providers.Factory(Keeper, a=1)

    validate(Root())


async def test_an_override_cuts_what_it_replaces() -> None:
    class Root(Container):
        feature = mount(Feature)

    root = Root()
    fake = Service(Thing(), name="fake")
    root.feature.service.override(fake)
    async with running(root):
        assert root.feature.service() is fake


async def test_start_validates_before_it_opens_anything() -> None:
    opened = []

    async def open_thing() -> Any:
        opened.append(1)
        yield Thing()

    class Root(Container):
        thing = PlainResource(open_thing)
        service = providers.Factory(Service, thing)

    with pytest.raises(ValidationError, match="misses its parameter `name`"):
        async with running(Root()):
            pass
    assert opened == []
