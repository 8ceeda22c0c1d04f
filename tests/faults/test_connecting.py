"""Every way in which connecting fails: in time, with host, cause and remedy, and no password."""

from __future__ import annotations

import asyncio
import logging
import socket
import struct
import traceback
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from bson import encode
from prisma.errors import DataError, PrismaError
from prisma.models import User
from pymongo import MongoClient

from database import DatabaseService, DatabaseSettings
from prismongo.embedded.connection import DirectConnection
from prismongo.embedded.mongod import HOST, Mongod
from prismongo.errors import ConnectionError
from prismongo.testing import factory
from tests.processes import kill
from tests.replica_set import ReplicaSet
from tests.waiting import PATIENCE, with_enough_time

SECRET: Final = "hunter2-open-sesame"
CERTIFICATE: Final = Path(__file__).parent / "certificate.pem"
TLS: Final = (
    *("--tlsMode", "allowTLS"),
    *("--tlsCertificateKeyFile", str(CERTIFICATE)),
    *("--tlsCAFile", str(CERTIFICATE)),
    "--tlsAllowConnectionsWithoutCertificates",
)
QUICK: Final = 1.0  # seconds; longer than a server on loopback takes to answer


@pytest.fixture(autouse=True)
def everything_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)


@pytest.fixture
def said(
    caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> Iterator[list[str]]:
    """What a test has seen said; at its end none of it, and nothing logged, holds the password."""
    seen: list[str] = []
    yield seen
    logged = [str(vars(each)) + each.getMessage() for each in caplog.records]
    printed = capfd.readouterr()
    everything = "\n".join([*seen, *logged, printed.out, printed.err])
    assert seen
    assert SECRET not in everything
    assert SECRET.swapcase() not in everything


def told(error: BaseException) -> str:
    """All that an error tells: itself, its facts, and the traceback with what it came from."""
    lines = traceback.format_exception(error)
    meta = getattr(error, "meta", None)
    return "\n".join([str(error), repr(error), repr(error.args), repr(meta), *lines])


async def fails(
    settings: DatabaseSettings, said: list[str], within: float = QUICK
) -> ConnectionError:
    """The error of connecting; a slow machine has more time until the server has said anything."""
    return await with_enough_time(
        lambda seconds: gives_up(settings, said, seconds),
        lambda error: error.code != "P1002",
        within,
    )


async def gives_up(settings: DatabaseSettings, said: list[str], within: float) -> ConnectionError:
    """The error of connecting, which comes in time."""
    settings = settings.model_copy(update={"connect_timeout": timedelta(seconds=within)})
    database = DatabaseService(settings)
    async with asyncio.timeout(within + PATIENCE):
        with pytest.raises(ConnectionError) as caught:
            await database.connect()
    assert not database.is_connected()
    health = await database.health()
    said += [told(caught.value), repr(settings), str(settings), repr(database), repr(health)]
    said += [repr(vars(database)), repr(settings.resolve())]
    return caught.value


def url_of(port: int, options: str = "", user: str = f"ada:{SECRET}@") -> DatabaseSettings:
    return DatabaseSettings(url=f"mongodb://{user}{HOST}:{port}/kraken?{options}")


@asynccontextmanager
async def listener(greeting: bytes | None) -> AsyncIterator[int]:
    """The port of what listens and is no MongoDB: it says something and hangs up, or nothing."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if greeting is None:
            await reader.read(-1)
        else:
            writer.write(greeting)
        writer.close()

    async with await asyncio.start_server(serve, HOST, 0) as server:
        yield server.sockets[0].getsockname()[1]


@asynccontextmanager
async def answering(answer: Callable[[bytes], bytes]) -> AsyncIterator[int]:
    """The port of what listens, answers what it is asked, and keeps its connections."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while asked := await reader.read(10_000):
            writer.write(answer(asked))
        writer.close()

    async with await asyncio.start_server(serve, HOST, 0) as server:
        yield server.sockets[0].getsockname()[1]


async def test_nobody_listens(said: list[str]) -> None:
    with socket.socket() as free:
        free.bind((HOST, 0))
        port = free.getsockname()[1]
    error = await fails(url_of(port), said, within=0.5)
    assert error.code == "P1001"
    assert error.meta == {"hosts": f"{HOST}:{port}", "cause": "connection refused"}
    assert f"Can't reach database server at {HOST}:{port} within 0.5 s: connection r" in str(error)
    assert "Start MongoDB there, or correct host and port in DATABASE_URL." in str(error)


@pytest.mark.parametrize(("scheme", "within"), [("mongodb", 1), ("mongodb+srv", 5)])
async def test_no_such_host(said: list[str], scheme: str, within: int) -> None:
    url = f"{scheme}://ada:{SECRET}@db.nowhere.invalid/kraken"
    error = await fails(DatabaseSettings(url=url), said, within=within)
    assert error.code == "P1001"
    assert error.meta["cause"] == "the host name is unknown"
    assert scheme != "mongodb" or "db.nowhere.invalid:27017" in str(error)
    assert "Correct the host" in str(error)


async def test_nobody_answers(said: list[str]) -> None:
    async with listener(None) as port:
        error = await gives_up(url_of(port), said, within=0.3)
    assert error.code == "P1002"
    assert f"The database server at {HOST}:{port} timed out within 0.3 s" in str(error)


GREETINGS: Final = {
    "HTTP": b"HTTP/1.1 400 Bad Request\r\n\r\n",
    "SSH": b"SSH-2.0-OpenSSH_9.6\r\n",
    "a part of a header": b"HT",
    "nothing": b"",
}


@pytest.mark.parametrize("greeting", GREETINGS.values(), ids=GREETINGS)
async def test_it_is_no_mongodb(said: list[str], greeting: bytes) -> None:
    async with listener(greeting) as port:
        error = await fails(url_of(port), said)
    assert error.code == "P1001"
    assert f"{HOST}:{port}" in str(error)
    assert "Is it MongoDB that listens there" in str(error)


OTHERS: Final = {
    "HTTP": b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n",
    "SSH": b"SSH-2.0-OpenSSH_9.6\r\n",
    "an empty message": struct.pack("<iiii", 16, 1, 1, 2013),
    "zeros": bytes(64),
}


@pytest.mark.parametrize("answer", OTHERS.values(), ids=OTHERS)
async def test_it_is_no_mongodb_and_keeps_the_connection(said: list[str], answer: bytes) -> None:
    async with answering(lambda _: answer) as port:
        error = await fails(url_of(port), said)
    assert (error.code, error.meta["cause"]) == ("P1001", "what answers there is not MongoDB")
    assert f"{HOST}:{port}" in str(error)
    assert "Is it MongoDB that listens there, and does it ask for TLS?" in str(error)


@pytest.mark.parametrize("version", [5, 99])
async def test_a_version_that_the_driver_does_not_know(said: list[str], version: int) -> None:
    hello = {"ok": 1, "isWritablePrimary": True, "ismaster": True, "maxBsonObjectSize": 2**24}
    hello |= {"minWireVersion": version, "maxWireVersion": version}

    def answer(asked: bytes) -> bytes:
        """A message (OP_MSG) in answer to a hello."""
        body = encode(hello)
        (number,) = struct.unpack_from("<i", asked, 4)
        return struct.pack("<iiiiIB", 21 + len(body), 1, number, 2013, 0, 0) + body

    async with answering(answer) as port:
        error = await fails(url_of(port), said)
    assert error.code == "P1001"
    assert "the driver does not know this version of MongoDB" in str(error)
    assert "MongoDB 4.4 and later" in str(error)


async def test_a_server_without_tls(said: list[str], mongod: Mongod) -> None:
    error = await fails(url_of(mongod.port, "tls=true"), said)
    assert (error.code, error.meta["cause"]) == ("P1001", "TLS failed")
    assert "Check tls and tlsCAFile" in str(error)


async def test_tls(said: list[str], tmp_path: Path) -> None:
    async with Mongod(standalone=True, arguments=TLS) as server:
        url = server.url("kraken")
        settings = DatabaseSettings(url=url, tls=True, tls_ca_file=CERTIFICATE)
        async with DatabaseService(settings) as database:
            assert await database.user.count() == 0
        error = await fails(url_of(server.port, "tls=true"), said)
    assert (error.code, error.meta["cause"]) == ("P1001", "TLS failed")


async def test_authentication(said: list[str]) -> None:
    async with Mongod(standalone=True, arguments=("--auth",)) as server:
        await asyncio.to_thread(_create_users, server)
        port = server.port
        for user in (f"ada:{SECRET.swapcase()}@", f"nobody:{SECRET}@"):
            error = await fails(url_of(port, "authSource=admin", user=user), said)
            assert error.code == "P1000"
            assert f"Authentication failed against database server at {HOST}:{port}" in str(error)
            assert "Check user, password and authSource" in str(error)
        error = await fails(url_of(port, user=""), said)
        assert error.code == "P1000"
        said += await _may_not(url_of(port, "authSource=admin", user=f"guest:{SECRET}@"))
        async with DatabaseService(url_of(port, "authSource=admin")) as database:
            assert await database.user.count() == 0


def _create_users(server: Mongod) -> None:
    with MongoClient[dict[str, Any]](server.url("admin")) as client:
        client.admin.command("createUser", "ada", pwd=SECRET, roles=["root"])
    with MongoClient[dict[str, Any]](server.url("admin"), username="ada", password=SECRET) as root:
        root.admin.command("createUser", "guest", pwd=SECRET, roles=[])


async def _may_not(settings: DatabaseSettings) -> list[str]:
    """What is said to a user without rights: at the latest where something is read."""
    with pytest.raises(ConnectionError) as caught:
        async with DatabaseService(settings) as database:
            await database.user.count()
    assert caught.value.code == "P1010"
    assert "readWrite" in str(caught.value)
    return [told(caught.value)]


async def test_another_replica_set(said: list[str], mongod: Mongod) -> None:
    for options in ("replicaSet=other", "replicaSet=other&directConnection=true"):
        error = await fails(url_of(mongod.port, options, user=""), said)
        assert error.code == "P1001"
        assert f"{HOST}:{mongod.port}" in str(error)
        assert "replicaSet in DATABASE_URL" in str(error)
        assert "rs.conf()._id" in str(error)


async def test_not_the_primary(said: list[str], tmp_path: Path) -> None:
    async with ReplicaSet(tmp_path, size=2) as servers:
        primary = await servers.primary()
        (other,) = [member for member in servers.members if member is not primary]
        await _is_secondary(other)
        direct = "directConnection=true"
        error = await fails(url_of(other.port, direct, user=""), said)
        assert error.code == "P1001"
        assert f"{HOST}:{other.port}: it is not the primary" in str(error)
        assert "Name all members and replicaSet" in str(error)
        reads = f"{direct}&readPreference=secondaryPreferred"
        async with DatabaseService(url_of(other.port, reads, user="")) as database:
            assert await database.user.count() == 0
            with pytest.raises(PrismaError) as caught:
                await factory(User, database).create()
            assert getattr(caught.value, "code", None) == "P1001"
            assert "it is not the primary" in str(caught.value)

        await kill(primary)
        error = await fails(DatabaseSettings(url=servers.url("kraken")), said, within=2)
        assert error.code == "P1001"
        assert f"{HOST}:{primary.port}" in str(error)
        await kill(other)


async def _is_secondary(member: Mongod) -> None:
    async with DirectConnection(HOST, member.port) as connection, asyncio.timeout(PATIENCE):
        while not (await connection.command({"hello": 1})).get("secondary"):
            await asyncio.sleep(0.05)


async def test_a_replica_set_that_is_not_initiated(said: list[str]) -> None:
    async with Mongod(member=True) as server:
        for options in ("replicaSet=rs0", "directConnection=true"):
            error = await fails(url_of(server.port, options, user=""), said)
            assert (error.code, error.meta["cause"]) == (
                "P1001",
                "its replica set is not initiated",
            )
            assert "rs.initiate()" in str(error)


MALFORMED: Final = {
    "no scheme": f"ada:{SECRET}@host/kraken",
    "another scheme": f"postgresql://ada:{SECRET}@host/kraken",
    "no host": f"mongodb://ada:{SECRET}@/kraken",
    "no database": f"mongodb://ada:{SECRET}@host",
    "a port that is none": f"mongodb://ada:{SECRET}@host:{SECRET}/kraken",
    "a port too large": f"mongodb://ada:{SECRET}@host:99999/kraken",
    "an @ that is not escaped": f"mongodb://ada:{SECRET}@x@host/kraken",
    "a slash that is not escaped": f"mongodb://ada:{SECRET}/x@host/kraken",
    "a colon that is not escaped": f"mongodb://ada:{SECRET}:x@host/kraken",
    "a % that is not escaped": f"mongodb://ada:{SECRET}%zz@host/kraken",
    "options that contradict": (
        f"mongodb://ada:{SECRET}@host/kraken?tlsInsecure=true&tlsAllowInvalidCertificates=true"
    ),
    "direct to several": f"mongodb://ada:{SECRET}@a,b/kraken?directConnection=true",
    "srv with a port": f"mongodb+srv://ada:{SECRET}@host.example.com:27017/kraken",
}


@pytest.mark.parametrize("url", MALFORMED.values(), ids=MALFORMED)
async def test_a_malformed_url(said: list[str], url: str) -> None:
    settings = DatabaseSettings(url=url)
    said += [repr(settings), str(settings)]
    with pytest.raises(ConnectionError) as caught:
        await DatabaseService(settings).connect()
    said += [told(caught.value)]
    assert caught.value.code == "P1013"
    assert str(caught.value).startswith("The provided database string is invalid")


async def test_working_tells_no_password_either(said: list[str]) -> None:
    """Neither the query log with values, nor errors, nor metrics of a service that works."""
    async with Mongod(standalone=True, arguments=("--auth",)) as server:
        await asyncio.to_thread(_create_users, server)
        settings = url_of(server.port, "authSource=admin").model_copy(update={"log": "values"})
        async with DatabaseService(settings) as database:
            await factory(User, database).create()
            said += [repr(await database.get_metrics()), await database.get_metrics("prometheus")]
            said += [repr(await database.health()), repr(database)]
            with pytest.raises(DataError) as caught:
                await database.tx().start()
            said += [told(caught.value)]
    with pytest.raises(PrismaError) as gone:
        await database.user.count()
    said += [told(gone.value)]
