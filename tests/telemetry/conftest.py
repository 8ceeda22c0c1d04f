"""Fixtures: a database with telemetry, what it exports, and spans of the driver."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest
from opentelemetry import metrics, trace
from pymongo import monitoring

from database import DatabaseService, DatabaseSettings
from prismongo.schema import parse, push
from prismongo.testing import fake
from tests.project import SCHEMA
from tests.telemetry.exporting import DriverSpans, Exported


@pytest.fixture
def exported(monkeypatch: pytest.MonkeyPatch) -> Iterator[Exported]:
    """What this test exports: its providers are those that are set. At its end all has ended."""
    made = Exported()
    monkeypatch.setattr(trace, "get_tracer_provider", lambda: made.traces)
    monkeypatch.setattr(metrics, "get_meter_provider", lambda: made.meters)
    yield made
    assert made.unfinished == []


@pytest.fixture
async def database(
    store: str, exported: Exported, request: pytest.FixtureRequest
) -> AsyncIterator[DatabaseService]:
    """The connected client with telemetry, on a database with the indexes of the schema."""
    if store == "memory":
        made: DatabaseService = fake(DatabaseService, telemetry=True)
    else:
        settings: DatabaseSettings = request.getfixturevalue("settings")
        assert settings.url is not None
        await push(parse(SCHEMA.read_text()), settings.url.get_secret_value())
        made = DatabaseService(settings.model_copy(update={"telemetry": True, "pool_waits": True}))
    async with made as service:
        yield service


@pytest.fixture
def driver_spans(monkeypatch: pytest.MonkeyPatch, exported: Exported) -> None:
    """The driver's clients that are made from now on have spans of their own."""
    none = monitoring._Listeners([DriverSpans(exported.tracer)], [], [], [], [])
    monkeypatch.setattr(monitoring, "_LISTENERS", none)
