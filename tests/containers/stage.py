"""Containers without a database, whose resources do as they are told: shared by the tests here."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from dependency_injector import providers

from prismongo.containers.base import Container, mount
from prismongo.containers.lifecycle import LifecycleSettings
from prismongo.containers.resource import PlainResource

FOR_EVER = 3600.0
SOON = LifecycleSettings(start_timeout=0.2, stop_timeout=0.2)


class Thing:
    """What a resource gives."""

    def __init__(self, name: str) -> None:
        self.name = name


class Stage:
    """Says what each resource of a container shall do, and what it did.

    Attributes:
        events: `+name` once it is open, `-name` once it is closed.
        most_at_once: how many were opening or closing at the same time.
        hanging: set once a resource hangs while it opens.
    """

    def __init__(self) -> None:
        self.events: list[str] = []
        self.busy = 0
        self.most_at_once = 0
        self.fails: set[str] = set()
        self.hangs: set[str] = set()
        self.fails_to_close: set[str] = set()
        self.hangs_closing: set[str] = set()
        self.hanging = asyncio.Event()

    @asynccontextmanager
    async def at_work(self) -> AsyncIterator[None]:
        """Whoever opens or closes is here meanwhile."""
        self.busy += 1
        self.most_at_once = max(self.most_at_once, self.busy)
        await asyncio.sleep(0)
        yield
        self.busy -= 1


async def open_thing(stage: Stage, name: str, **_needs: object) -> AsyncIterator[Thing]:
    if name in stage.hangs:
        stage.hanging.set()
        await asyncio.sleep(FOR_EVER)
    if name in stage.fails:
        raise OSError(f"{name} failed")
    async with stage.at_work():
        stage.events.append(f"+{name}")
    try:
        yield Thing(name)
    finally:
        if name in stage.hangs_closing:
            await asyncio.sleep(FOR_EVER)
        async with stage.at_work():
            stage.events.append(f"-{name}")
        if name in stage.fails_to_close:
            raise OSError(f"{name} would not close")


@dataclass
class Service:
    database: Thing


class Database(Container):
    stage = providers.Dependency(instance_of=Stage)
    server = PlainResource(open_thing, stage=stage, name="server")
    service = PlainResource(open_thing, stage=stage, name="database", server=server)


class Feature(Container):
    stage = providers.Dependency(instance_of=Stage)
    database = providers.Dependency(instance_of=Thing)
    service = providers.Factory(Service, database=database)
    kept = providers.Singleton(Service, database=database)
    cache = PlainResource(open_thing, stage=stage, name="cache", service=service)


class Application(Container):
    lifecycle = providers.Singleton(LifecycleSettings)
    stage = providers.Singleton(Stage)
    database = mount(Database, stage=stage)
    first = mount(Feature, stage=stage, database=database.service)
    second = mount(Feature, stage=stage, database=database.service)
