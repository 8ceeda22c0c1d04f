"""The application container on a real server: each promise of the module, and the stub override."""

from __future__ import annotations

import asyncio
import os
import socket
from contextlib import suppress
from pathlib import Path

import pytest
from dependency_injector import providers
from prisma.errors import UniqueViolationError
from prisma.models import Membership, User
from prisma.types import UserCreateInput

from containers import ApplicationContainer, DatabaseContainer, running, start, stop, validate
from containers.auth import AuthService
from containers.communities import CommunityService
from containers.direct_messages import DirectMessageService, GroupService
from containers.friends import FriendService
from containers.messages import MessageService
from containers.users import UserService
from database import DatabaseService, DatabaseSettings
from prismongo.containers.base import Container, mount
from prismongo.errors import ConfigurationError, ConnectionError, NotStartedError
from prismongo.testing import factory
from tests.application import Calls, made
from tests.records import user
from tests.waiting import with_enough_time


# Promise: basic service instantiation.
def test_the_container_is_made_without_reading_or_opening_anything(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("APP_CONFIG", str(tmp_path / "nothing.yml"))
    container = ApplicationContainer()
    assert isinstance(container.database.service, providers.Resource)
    validate(container)


def test_the_service_is_made_without_connecting() -> None:
    service = DatabaseService(DatabaseSettings(url="mongodb://localhost:1/nothing"))
    assert not service.is_connected()


# Promise: it connects when the module starts and disconnects when it stops.
async def test_start_connects_and_stop_disconnects(application: ApplicationContainer) -> None:
    await start(application)
    database = application.database.service()
    assert isinstance(database, DatabaseService)
    assert database.is_connected()
    assert await database.user.count() == 0
    await stop(application)
    assert not database.is_connected()


async def test_before_start_and_after_stop_services_say_how_to_start(
    application: ApplicationContainer,
) -> None:
    message = r"not started: use `async with running\(container\)`"
    with pytest.raises(NotStartedError, match=message):
        application.users.service()
    async with running(application):
        pass
    with pytest.raises(NotStartedError, match=message):
        application.users.service()


# Promise: services are given the database.
async def test_every_feature_service_holds_the_one_database(
    application: ApplicationContainer,
) -> None:
    async with running(application) as container:
        services = (
            container.users.service(),
            container.communities.service(),
            container.messages.service(),
            container.auth.service(),
            container.friends.service(),
            container.direct_messages.service(),
            container.direct_messages.groups(),
        )
        kinds = (
            UserService,
            CommunityService,
            MessageService,
            AuthService,
            FriendService,
            DirectMessageService,
            GroupService,
        )
        assert [type(service) for service in services] == list(kinds)
        assert {service.database for service in services} == {container.database.service()}


class SomeService:
    """The seed's first pattern."""

    def __init__(self, database: DatabaseService) -> None:
        self.database = database

    async def find_users(self) -> list[User]:
        return await self.database.user.find_many()


async def test_an_application_of_ones_own_mounts_the_database(settings: DatabaseSettings) -> None:
    class Own(Container):
        settings = providers.Dependency(instance_of=DatabaseSettings)
        database = mount(DatabaseContainer, settings=settings)
        some = providers.Factory(SomeService, database=database.service)

    async with running(Own(settings=settings)) as own:
        assert await own.some().find_users() == []


# Promise: every operation of the client, relations and order included.
async def test_users_of_an_instance_with_communities_newest_first(
    application: ApplicationContainer,
) -> None:
    async with running(application) as container:
        database = container.database.service()
        community = await database.community.create(data={"name": "Engines"})
        for name in ("ada", "grace"):
            await factory(User, database).create(
                username=name, instanceId="some-id", communities=[community]
            )
            await asyncio.sleep(0.002)
        await factory(User, database).create(username="other")
        users = await database.user.find_many(
            where={"instanceId": "some-id"},
            include={"communities": True},
            order={"createdAt": "desc"},
        )
    assert [user.username for user in users] == ["grace", "ada"]
    assert all([one.name for one in user.communities or []] == ["Engines"] for user in users)


# Promise: a transaction that creates a user with a membership, or nothing.
async def create_user_with_membership(
    database: DatabaseService, user_data: UserCreateInput, community_id: str
) -> tuple[User, Membership]:
    """The seed's second pattern."""

    async def work(tx: DatabaseService) -> tuple[User, Membership]:
        user = await tx.user.create(data=user_data)
        membership = await tx.membership.create(
            data={"userId": user.id, "communityId": community_id}
        )
        return user, membership

    return await database.transaction(work)


async def test_a_transaction_commits_both_or_leaves_nothing(
    container: ApplicationContainer,
) -> None:
    database = container.database.service()
    community = await database.community.create(data={"name": "Engines"})
    data = user("ada")
    ada, membership = await create_user_with_membership(database, data, community.id)
    assert membership.userId == ada.id
    with pytest.raises(UniqueViolationError):
        await create_user_with_membership(database, data, community.id)

    async def fails_late(tx: DatabaseService) -> None:
        await factory(User, tx).create(username="grace")
        raise KeyError("late")

    with pytest.raises(KeyError):
        await database.transaction(fails_late)
    assert await database.user.count() == 1
    assert await database.membership.count() == 1


# Promise: connection refused says symptom, cause and remedy, and no password.
async def test_connection_refused_says_what_why_and_what_to_do() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url = f"mongodb://ada:hunter2@127.0.0.1:{port}/kraken"
    application = ApplicationContainer()

    async def failing(seconds: float) -> ConnectionError:
        application.database_settings.override(
            DatabaseSettings(url=url, server_selection_timeout=seconds, connect_timeout=seconds)
        )
        with pytest.raises(ConnectionError) as caught:
            await start(application)
        return caught.value

    error = await with_enough_time(failing, lambda error: error.code != "P1002", 0.5)
    message = str(error)
    assert error.code == "P1001"
    assert f"127.0.0.1:{port}" in message
    assert "refused" in message
    assert "DATABASE_URL" in message
    shown = repr(error) + repr(error.meta) + message
    assert "hunter2" not in shown
    with pytest.raises(NotStartedError):
        application.users.service()


async def test_no_url_stops_the_start_and_says_so(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", "")
    monkeypatch.delenv("DATABASE_EMBEDDED", raising=False)
    monkeypatch.delenv("APP_CONFIG", raising=False)
    with pytest.raises(ConfigurationError, match="DATABASE_URL"):
        async with running(ApplicationContainer()):
            pass


async def test_what_is_wrong_in_any_section_stops_the_start_before_anything_opens(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, mongo_url: str, calls: Calls
) -> None:
    file = tmp_path / "config.yml"
    file.write_text("database: {url: '${URL}'}\nauth: {time_cots: 1}\nschema: {on_start: often}")
    monkeypatch.setenv("APP_CONFIG", str(file))
    monkeypatch.setenv("URL", mongo_url)
    with pytest.raises(ConfigurationError) as caught:
        await start(ApplicationContainer())
    for part in (str(file), "auth.time_cots: unknown", "schema.on_start: Input should be 'check'"):
        assert part in str(caught.value)
    assert calls.connects == 0


async def test_configuration_comes_from_the_environment(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, mongo_url: str
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", mongo_url)
    async with running(ApplicationContainer()) as container:
        assert container.database.server().url.get_secret_value() == mongo_url
        assert await container.database.service().user.count() == 0


async def test_the_embedded_server_lives_as_long_as_the_container() -> None:
    application = ApplicationContainer()
    application.database_settings.override(DatabaseSettings(embedded=True, name="own"))
    async with running(application) as container:
        remote = container.database.server()
        assert remote.database == "own"
        assert await container.database.service().user.count() == 0
    with pytest.raises(NotStartedError):
        application.database.server()
    host, port = remote.url.get_secret_value().split("//")[1].split("/")[0].split(":")
    with pytest.raises(OSError, match="refused"):
        socket.create_connection((host, int(port)))


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="Linux says what a process holds")
# PyMongo 4.20 leaves a socket to the garbage collector where it is closed while it reconnects.
@pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")
async def test_twenty_starts_and_stops_leave_no_task_no_socket_and_no_mongod() -> None:
    application = made(DatabaseSettings(embedded=True))
    async with running(application):
        pass  # what is made once, such as the loop's threads, is there now
    tasks, sockets = asyncio.all_tasks(), sockets_of_this_process()
    others = mongods_of_this_process()
    for _ in range(20):
        async with running(application) as container:
            await container.users.service().register("ada", "correct horse")
            assert len(sockets_of_this_process()) > len(sockets)
            assert len(mongods_of_this_process()) > len(others)
        assert mongods_of_this_process() == others
        assert asyncio.all_tasks() == tasks
        assert sockets_of_this_process() == sockets


def sockets_of_this_process() -> set[str]:
    """The sockets that are open, `socket:[number]` each."""
    links = set()
    for file in Path("/proc/self/fd").iterdir():
        with suppress(FileNotFoundError):  # that of the listing itself
            links.add(str(file.readlink()))
    return {link for link in links if link.startswith("socket:")}


def mongods_of_this_process() -> set[str]:
    """The mongod processes that descend from this one."""
    parents, names = {}, {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        with suppress(FileNotFoundError, ProcessLookupError):
            number, _, rest = status.read_text().partition(" (")
            names[number], _, rest = rest.rpartition(") ")
            parents[number] = rest.split()[1]
    own, found = str(os.getpid()), set[str]()
    for number in (number for number, name in names.items() if name == "mongod"):
        above = number
        while above in parents and above != own:
            above = parents[above]
        if above == own:
            found.add(number)
    return found


class StubDatabase(DatabaseService):
    """A database of a test's own: counts how often it was connected."""

    def __init__(self, settings: DatabaseSettings) -> None:
        super().__init__(settings)
        self.connected = 0

    async def connect(self, *arguments: object, **named: object) -> None:
        self.connected += 1
        await super().connect()


async def test_a_stub_subclass_takes_the_place_of_the_database(
    settings: DatabaseSettings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", "")
    application = ApplicationContainer()
    async with StubDatabase(settings) as stub:
        with application.database.service.override(stub):
            async with running(application) as container:
                user = await container.users.service().register("ada", "correct horse")
                assert container.users.service().database is stub
                assert (await container.users.service().profile(user.id)).username == "ada"
            assert stub.is_connected(), "a run stops what it started, not what it is given"
    assert stub.connected == 1
    with pytest.raises(NotStartedError):
        application.users.service()


async def test_something_else_in_place_of_the_database_is_refused() -> None:
    application = ApplicationContainer()
    with pytest.raises(ConfigurationError, match="A DatabaseService is wanted, not a object"):
        application.database.service.override(object())
    refused = pytest.raises(ConfigurationError, match="a DatabaseService is wanted, not a object")
    with application.database.service.override(providers.Object(object())), refused:
        await start(application)
