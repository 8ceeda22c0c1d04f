"""What can be seen of the work: metrics under Prisma's names, the query log, health."""

from __future__ import annotations

import asyncio
import json
import logging
import re
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractContextManager
from typing import Any, Final

import pytest
from prisma import Metrics
from prisma.errors import UniqueViolationError
from prisma.models import User

from database import DatabaseService, DatabaseSettings
from prismongo.engine import MongoEngine
from prismongo.engine.observe import redact
from tests.client.connections import has_one_busy
from tests.records import user
from tests.waiting import until

SECRET: Final = "ada-of-the-secrets"
# Prisma's documentation, "Metrics"; bounds and keys: prisma, functional tests of metrics.
COUNTERS: Final = {
    "prisma_client_queries_total",
    "prisma_datasource_queries_total",
    "prisma_pool_connections_opened_total",
    "prisma_pool_connections_closed_total",
}
GAUGES: Final = {
    "prisma_client_queries_active",
    "prisma_client_queries_wait",
    "prisma_pool_connections_busy",
    "prisma_pool_connections_idle",
    "prisma_pool_connections_open",
}
HISTOGRAMS: Final = {
    "prisma_client_queries_wait_histogram_ms",
    "prisma_client_queries_duration_histogram_ms",
    "prisma_datasource_queries_duration_histogram_ms",
}
BOUNDS: Final = [0, 1, 5, 10, 50, 100, 500, 1000, 5000, 50000]


# --- metrics ---


def value(metrics: Metrics, name: str) -> Any:
    kinds: list[Any] = [*metrics.counters, *metrics.gauges, *metrics.histograms]
    return next(each.value for each in kinds if each.key == name)


@pytest.fixture
async def measured(settings: DatabaseSettings) -> AsyncIterator[DatabaseService]:
    """A client that measures how long operations wait for a connection."""
    told = settings.model_copy(update={"pool_waits": True})
    async with DatabaseService(told) as service:
        yield service


@pytest.mark.mongo_only("a fake has no connections")
async def test_waits_for_connections_are_measured_where_settings_say_so(
    database: DatabaseService, measured: DatabaseService
) -> None:
    name = "prisma_client_queries_wait_histogram_ms"
    for service, count in ((measured, 3), (database, 0)):
        before = value(await service.get_metrics(), name).count
        for _ in range(3):
            await service.user.count()
        assert value(await service.get_metrics(), name).count - before == count


@pytest.mark.mongo_only("a fake has no connections")
async def test_names_and_numbers(measured: DatabaseService) -> None:
    database = measured
    await database.user.create(user("ada"))
    await database.user.find_many(include={"ownedCommunities": True})
    metrics = await database.get_metrics()
    assert {each.key for each in metrics.counters} == COUNTERS
    assert {each.key for each in metrics.gauges} == GAUGES
    assert {each.key for each in metrics.histograms} == HISTOGRAMS
    assert value(metrics, "prisma_client_queries_total") == 2
    assert value(metrics, "prisma_datasource_queries_total") == 3  # an include is one more
    assert value(metrics, "prisma_client_queries_active") == 0
    opened = value(metrics, "prisma_pool_connections_opened_total")
    assert opened >= 1
    assert value(metrics, "prisma_pool_connections_open") == opened
    assert value(metrics, "prisma_pool_connections_idle") == opened
    assert value(metrics, "prisma_pool_connections_busy") == 0
    assert value(metrics, "prisma_client_queries_wait") == 0
    for name in HISTOGRAMS:
        histogram = value(metrics, name)
        assert [bound for bound, _ in histogram.buckets] == BOUNDS
        assert sum(count for _, count in histogram.buckets) == histogram.count
        assert histogram.sum > 0
    assert value(metrics, "prisma_client_queries_duration_histogram_ms").count == 2
    assert value(metrics, "prisma_datasource_queries_duration_histogram_ms").count == 3


@pytest.mark.mongo_only("a fake has no connections")
async def test_what_is_under_way(
    database: DatabaseService, ada: User, held: Callable[[str], AbstractContextManager[None]]
) -> None:
    with held("User"):
        waiting = database.user.update(where={"id": ada.id}, data={"bio": "x"})
        under_way = asyncio.ensure_future(waiting)
        await until(lambda: has_one_busy(database))
        metrics = await database.get_metrics()
        assert value(metrics, "prisma_client_queries_active") == 1
    await under_way
    await database.find_raw(User, {"$where": "sleep(700) || true"})
    metrics = await database.get_metrics()
    assert value(metrics, "prisma_client_queries_active") == 0
    buckets = dict(value(metrics, "prisma_client_queries_duration_histogram_ms").buckets)
    assert buckets[1000] + buckets[5000] + buckets[50000] >= 1  # in ms


async def test_labels_and_json(database: DatabaseService) -> None:
    metrics = await database.get_metrics(global_labels={"server": "eu1"})
    assert {tuple(each.labels.items()) for each in metrics.counters} == {(("server", "eu1"),)}
    assert json.loads(metrics.model_dump_json())["counters"][0]["description"]


async def test_prometheus(database: DatabaseService) -> None:
    await database.user.create(user("ada"))
    text = await database.get_metrics("prometheus", global_labels={"app": 'a"b\\c\n'})
    labels = r'{app="a\"b\\c\n"}'
    assert f"prisma_client_queries_total{labels} 1\n" in text
    for names, kind in ((COUNTERS, "counter"), (GAUGES, "gauge"), (HISTOGRAMS, "histogram")):
        for name in names:
            assert re.search(rf"^# HELP {name} .+\n# TYPE {name} {kind}\n{name}", text, re.M)
    name = "prisma_client_queries_duration_histogram_ms"
    found = re.findall(rf'^{name}_bucket{{.*le="(.+)"}} (\d+)$', text, re.M)
    assert [bound for bound, _ in found] == [*map(str, BOUNDS), "+Inf"]
    counts = [int(count) for _, count in found]
    assert counts == sorted(counts)  # cumulative
    assert counts[-1] == 1
    assert re.search(rf"^{name}_count{re.escape(labels)} 1$", text, re.M)


# --- the query log ---


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.DEBUG, logger="prismongo.queries")
    return caplog


def queries(log: pytest.LogCaptureFixture) -> list[Any]:
    """The operations of the log; its first line is not one."""
    found = [each for each in log.records if each.name == "prismongo.queries"]
    log.clear()
    return [each for each in found if hasattr(each, "action")]


@pytest.mark.mongo_only("commands are a server's")
async def test_an_operation_is_one_line_without_values(
    database: DatabaseService, log: pytest.LogCaptureFixture
) -> None:
    made = await database.user.create(user(SECRET))
    (line,) = queries(log)
    assert (line.levelno, line.model, line.action, line.rows) == (
        logging.DEBUG,
        "User",
        "createOne",
        1,
    )
    assert line.duration_ms > 0
    assert list(line.commands[0]) == ["User.insert"]
    await database.user.find_many(
        where={"username": {"contains": SECRET}, "OR": [{"bio": SECRET}, {"id": made.id}]},
        include={"ownedCommunities": True},
    )
    (line,) = queries(log)
    assert [name for command in line.commands for name in command] == [
        "User.find",
        "Community.find",
    ]
    text = line.getMessage()
    assert re.match(r"User\.findMany \d+\.?\d* ms, 1 rows: ", text)
    assert "username" in text
    assert "$regex" in text or "$regularExpression" in text or "?" in text


WORK: Final = {
    "filters": lambda db: db.user.find_many(
        where={
            "username": {"in": [SECRET, "x"], "not": SECRET, "startswith": SECRET},
            "NOT": [{"bio": {"endswith": SECRET, "mode": "insensitive"}}],
            "communities": {"some": {"id": "0" * 24}},
        }
    ),
    "changes": lambda db: db.user.update_many({"bio": SECRET}, where={"username": SECRET}),
    "upsert": lambda db: db.user.upsert(
        where={"username": SECRET},
        data={"create": {"username": SECRET, "hashedPassword": SECRET}, "update": {"bio": SECRET}},
    ),
    "groups": lambda db: db.user.group_by(
        ["username"], where={"bio": SECRET}, having={"username": SECRET}
    ),
    "delete": lambda db: db.user.delete({"username": SECRET}),
    "raw": lambda db: db.find_raw(User, {"username": SECRET, "$expr": {"$eq": ["$bio", SECRET]}}),
    "pipeline": lambda db: db.aggregate_raw(
        User, [{"$match": {"bio": SECRET}}, {"$set": {"x": {"$literal": {SECRET: SECRET}}}}]
    ),
    "command": lambda db: db.run_command_raw({"count": "User", "query": {"bio": SECRET}}),
}


@pytest.mark.mongo_only("commands are a server's")
@pytest.mark.parametrize("work", WORK.values(), ids=WORK)
async def test_no_value_is_logged(
    database: DatabaseService, log: pytest.LogCaptureFixture, work: Any
) -> None:
    await work(database)
    lines = queries(log)
    assert lines
    assert SECRET not in "".join(str(vars(line)) + line.getMessage() for line in lines)


@pytest.mark.mongo_only("commands are a server's")
async def test_values_where_settings_say_so(
    settings: DatabaseSettings, log: pytest.LogCaptureFixture
) -> None:
    told = settings.model_copy(update={"log": "values"})
    async with DatabaseService(told) as database:
        await database.user.find_many(where={"username": SECRET})
    (line,) = queries(log)
    assert SECRET in line.getMessage()


@pytest.mark.mongo_only("the fake has no settings")
async def test_slow_ones_are_warnings(
    settings: DatabaseSettings, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING, logger="prismongo.queries")
    slow = DatabaseSettings(url=settings.url, slow_query=0.05)
    async with DatabaseService(slow) as database:
        await database.user.create(user(SECRET))
        queries(caplog)
        await database.find_raw(User, {"$where": "sleep(60) || true"})
        (line,) = queries(caplog)
        assert (line.levelno, line.model, line.action) == (logging.WARNING, "User", "findRaw")
        assert line.duration_ms >= 50
        assert SECRET not in line.getMessage()
    patient = DatabaseSettings(url=settings.url, slow_query=60)
    async with DatabaseService(patient) as database:
        await database.user.find_many()
    async with DatabaseService(settings) as database:  # never
        await database.find_raw(User, {"$where": "sleep(60) || true"})
    assert queries(caplog) == []


@pytest.mark.mongo_only("the fake has no settings")
async def test_an_engine_alone_does_as_settings_say(
    settings: DatabaseSettings, log: pytest.LogCaptureFixture
) -> None:
    text = 'model A {\n  id Int @id @map("_id")\n}'
    header = 'datasource db {\n  provider = "mongodb"\n  url = env("DATABASE_URL")\n}\n'
    told = settings.model_copy(update={"log": "values"})
    engine = MongoEngine.from_schema(header + text, settings=told)
    await engine.connect()
    await engine.query('{"query": "query { findManyA(where: {id: 77}) { id } }"}', tx_id=None)
    await engine.aclose()
    (line,) = queries(log)
    assert "77" in line.getMessage()


async def test_a_failure_is_logged_by_its_class(
    database: DatabaseService, log: pytest.LogCaptureFixture
) -> None:
    made = await database.user.create(user("ada"))
    queries(log)
    with pytest.raises(UniqueViolationError):
        await database.user.create({**user(SECRET), "id": made.id})
    (line,) = queries(log)
    assert line.rows == "UniqueViolationError"
    assert re.search(r" ms, UniqueViolationError: ", line.getMessage())
    assert SECRET not in line.getMessage()


def test_redacting_leaves_the_form() -> None:
    command = {"f": {"a": {"$in": [1, 2]}, "b": {"$eq": {"x": 1}}, "$or": [{"c": 1}, {"d": 2}]}}
    assert redact(command) == {
        "f": {"a": {"$in": ["?"]}, "b": {"$eq": "?"}, "$or": [{"c": "?"}, {"d": "?"}]}
    }


@pytest.fixture
async def quiet(settings: DatabaseSettings) -> AsyncIterator[DatabaseService]:
    async with DatabaseService(settings) as service:
        yield service


async def test_nothing_is_logged_where_nobody_listens(
    quiet: DatabaseService, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    await quiet.user.create(user("ada"))
    assert queries(caplog) == []
