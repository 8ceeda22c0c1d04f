"""The base of containers: mounting, and overriding without losing what was given."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from dependency_injector import containers, providers

from prismongo.containers.base import Container, mount
from prismongo.containers.lifecycle import running
from prismongo.containers.resource import PlainResource


class Thing:
    """A dependency."""


class Service:
    def __init__(self, thing: Thing) -> None:
        self.thing = thing


async def open_thing() -> AsyncIterator[Thing]:
    yield Thing()


class Feature(Container):
    thing = providers.Dependency(instance_of=Thing)
    service = providers.Factory(Service, thing=thing)


class Root(Container):
    thing = PlainResource(open_thing)
    feature = mount(Feature, thing=thing)


async def test_resetting_overrides_leaves_the_bindings() -> None:
    root = Root()
    fake = Thing()
    root.feature.thing.override(fake)
    assert root.feature.service().thing is fake
    root.reset_override()
    async with running(root):
        assert root.feature.service().thing is root.thing()
        root.feature.thing.override(fake)
        root.feature.reset_override()
        assert root.feature.service().thing is root.thing()


def test_resetting_overrides_leaves_what_an_instance_was_given() -> None:
    given = Thing()
    feature = Feature(thing=given)
    with feature.thing.override(Thing()):
        feature.reset_override()
        assert feature.service().thing is given
        feature.thing.override(Thing())


async def test_two_instances_share_nothing() -> None:
    one, other = Root(), Root()
    one.feature.thing.override(Thing())
    async with running(other):
        assert other.feature.service().thing is other.thing()


def test_a_name_that_is_not_there_cannot_be_overridden_or_given() -> None:
    class Misspelt(containers.DeclarativeContainer):
        tihng = providers.Object(1)

    with pytest.raises(AttributeError, match="tihng"):
        Root().override(Misspelt())
    with pytest.raises(AttributeError, match="tihng"):
        Root().override_providers(tihng=1)
    message = r"Feature has no provider `tihng`\. Did you mean `thing`\?"
    with pytest.raises(AttributeError, match=message):
        mount(Feature, tihng=1)


def test_a_container_overrides_another_by_name() -> None:
    class Other(containers.DeclarativeContainer):
        thing = providers.Object(Thing())

    root = Root()
    root.override(Other())
    assert root.feature.service().thing is Other.thing()
