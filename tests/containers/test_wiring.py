"""Markers of wiring: which are found wrong, and whose they are."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import TYPE_CHECKING, Annotated

import pytest
from dependency_injector import providers
from dependency_injector.wiring import Provide

from prismongo.containers.base import Container, mount
from prismongo.containers.lifecycle import running, start, validate
from prismongo.containers.validation import ValidationError
from prismongo.containers.wiring import inject
from tests.containers.stage import Application, Service, Thing

if TYPE_CHECKING:
    from decimal import Decimal


@inject
async def find(service: Annotated[Service, Provide["first.service"]]) -> Service:
    return service


@inject
def part(thing: Annotated[Thing, Provide["first.service.provided.database"]]) -> Thing:
    return thing


class Finder:
    @inject
    def __init__(self, service: Annotated[Service, Provide["first.service"]]) -> None:
        self.service = service

    @staticmethod
    @inject
    def find(service: Annotated[Service, Provide["second.service"]]) -> Service:
        return service


HERE: ModuleType = sys.modules[__name__]


async def test_functions_methods_and_parts_of_values_are_injected() -> None:
    application = Application()
    application.wire(modules=[HERE])
    async with running(application):
        database = application.database.service()
        finder = Finder()  # type: ignore[call-arg]
        for service in (await find(), finder.service, Finder.find()):  # type: ignore[call-arg]
            assert service.database is database
        assert part() is database  # type: ignore[call-arg]
    application.unwire()


async def test_of_two_containers_wired_to_one_module_the_one_that_lost_it_does_not_start() -> None:
    first, second = Application(), Application()
    first.wire(modules=[HERE])
    second.wire(modules=[HERE])
    with pytest.raises(ValidationError, match="from another container: the last one wired wins"):
        await start(first)
    async with running(second):
        service = await find()  # type: ignore[call-arg]
        assert service.database is second.database.service()
    second.unwire()
    first.unwire()
    async with running(first):
        first.wire(modules=[HERE])
        assert (await find()).database is first.database.service()  # type: ignore[call-arg]
    first.unwire()


async def test_a_mounted_container_may_be_wired_itself() -> None:
    class Outer(Container):
        inner = mount(Application)

    outer = Outer()
    outer.inner.wire(modules=[HERE])
    validate(outer)
    async with running(outer):
        assert (await find()).database is outer.inner.database.service()  # type: ignore[call-arg]
    outer.inner.unwire()


def test_the_modules_of_a_package_are_looked_at() -> None:
    package = ModuleType("wired_package")
    inner = ModuleType("wired_package.inner")
    vars(inner)["lost"] = Provide["nowhere"]

    class Root(Container):
        thing = providers.Singleton(Thing, "thing")

    root = Root()
    sys.modules.update({"wired_package": package, "wired_package.inner": inner})
    try:
        root.wire(packages=[package])
        with pytest.raises(ValidationError, match=r"wired_package\.inner\.lost: Provide"):
            validate(root)
    finally:
        root.unwire()
        del sys.modules["wired_package"], sys.modules["wired_package.inner"]


def test_an_annotation_that_is_not_there_at_run_time_is_named() -> None:
    def pay(amount: Decimal, service: Annotated[Service, Provide["first.service"]]) -> None: ...

    with pytest.raises(NameError, match="Decimal"):
        inject(pay)
