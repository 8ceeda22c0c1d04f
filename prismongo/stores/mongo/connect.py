"""Connects to the server, and explains why if it cannot.

Messages name host and port, never the URL: it may contain a password.
"""

from __future__ import annotations

import asyncio
import errno
import logging
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final

import pymongo
from bson.errors import BSONError
from pymongo import AsyncMongoClient, ReadPreference
from pymongo.errors import (
    ConfigurationError,
    NotPrimaryError,
    OperationFailure,
    ProtocolError,
    PyMongoError,
    ServerSelectionTimeoutError,
)

from prismongo.errors import ConnectionError
from prismongo.stores.mongo.errors import code_of

logger = logging.getLogger("prismongo.connect")

TELL_AFTER: Final = 1.0  # seconds

Client = AsyncMongoClient[dict[str, Any]]
Reply = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Topology:
    """What kind of server it is.

    Attributes:
        hosts: its addresses, as `host:port, …`.
        replica_set: its name; None on a standalone server and behind mongos.
        is_sharded: whether it is a mongos.
        primary: the address of the primary, `host:port`; None if there is none.
        wire_version: the highest version of the protocol that it knows.
    """

    hosts: str
    replica_set: str | None
    is_sharded: bool
    primary: str | None
    wire_version: int = 0

    @property
    def has_transactions(self) -> bool:
        """Whether the server has transactions and change streams."""
        return self.replica_set is not None or self.is_sharded


async def open_client(client: Client, timeout: float) -> Topology:
    """Connect and log in within `timeout` seconds, or within what the URL says if that is less.

    A server that is not up yet is waited for. After a second a warning says so, on the logger
    `prismongo.connect`.

    Raises:
        prismongo.errors.ConnectionError: P1000 authentication failed, P1001 unreachable, P1002 no
            answer in time, P1010 the user lacks rights, P1013 options that contradict each other.
    """
    hosts = hosts_of(client)  # a server of another replica set is forgotten meanwhile
    timeout = min([timeout, *_limits(client)])
    try:
        async with asyncio.timeout(timeout), _telling(client, timeout, hosts):
            with pymongo.timeout(timeout):
                hello = await _say_hello(client)
    except TimeoutError as error:
        raise unreachable(client, timeout, hosts) from error
    except PyMongoError as error:
        raise _refused(client, error, timeout, hosts) from error
    if _is_not_primary(client, hello):
        cause = NOT_INITIATED if hello.get("isreplicaset") else NOT_PRIMARY
        raise _failure("P1001", cause, f"database server at {hosts}", hosts)
    return Topology(
        hosts=hosts,
        replica_set=hello.get("setName"),
        is_sharded=hello.get("msg") == "isdbgrid",
        primary=hello.get("primary"),
        wire_version=hello.get("maxWireVersion", 0),
    )


def _limits(client: Client) -> Iterator[float]:
    """The time limits of the URL or of the settings, in seconds; none where the driver's hold."""
    options = client.options
    given = {name.lower() for name in getattr(options, "_options", ())}  # not public: may be gone
    if "serverselectiontimeoutms" in given:
        yield options.server_selection_timeout
    connect_timeout = options.pool_options.connect_timeout
    if "connecttimeoutms" in given and connect_timeout:
        yield connect_timeout


@asynccontextmanager
async def _telling(client: Client, timeout: float, hosts: str) -> AsyncIterator[None]:
    """Around an attempt to connect: log what it waits for, if it takes long."""

    async def tell() -> None:
        await asyncio.sleep(TELL_AFTER)
        cause = _common_cause(client)
        logger.warning(
            "Waiting up to %g s for the database server at %s: %s.", timeout, hosts, cause
        )

    task = asyncio.create_task(tell())
    try:
        yield
    finally:
        task.cancel()


async def _say_hello(client: Client) -> Reply:
    """The reply to `hello`, after the login was checked.

    `hello` needs no login, so a second command is sent that needs one: it lists no collections,
    which every user may do.
    """
    reads = client.read_preference
    hello: Reply = await client.admin.command("hello", read_preference=reads)
    if hello.get("setName") or not hello.get("isreplicaset"):
        nothing = {"nameOnly": True, "authorizedCollections": True, "filter": {"name": ""}}
        database = client.get_default_database("admin")
        await database.command({"listCollections": 1, **nothing}, read_preference=reads)
    return hello


def _is_not_primary(client: Client, hello: Reply) -> bool:
    """Whether this is a direct connection for writes to a server that is not the primary."""
    direct = client.topology_description.topology_type_name == "Single"
    wanted = client.read_preference == ReadPreference.PRIMARY
    return direct and wanted and not hello.get("isWritablePrimary", True)


def _refused(client: Client, error: PyMongoError, timeout: float, hosts: str) -> ConnectionError:
    if isinstance(error, ServerSelectionTimeoutError) or error.timeout:
        return unreachable(client, timeout, hosts)
    if isinstance(error, OperationFailure) and (code := code_of(error)) in ("P1000", "P1010"):
        cause = AUTHENTICATION if code == "P1000" else DENIED
        return _failure(code, cause, f"database server at {hosts}", hosts)
    if isinstance(error, ConfigurationError) and _cause(error) not in (UNKNOWN_HOST, OTHER_VERSION):
        return ConnectionError(
            "The provided database string is invalid: its options do not go together.",
            code="P1013",
        )
    cause = NOT_PRIMARY if isinstance(error, NotPrimaryError) else _cause(error)
    return _failure("P1001", cause, f"database server at {hosts}", hosts)


def unreachable(client: Client, timeout: float, hosts: str) -> ConnectionError:
    """No server could be used in `timeout` seconds. The text says which, why, and what to do.

    Args:
        client: has the errors of each server.
        timeout: how long we waited, in seconds.
        hosts: the servers of the URL.
    """
    cause = _common_cause(client)
    code = "P1002" if cause == SILENT else "P1001"
    return _failure(code, cause, f"database server at {hosts}", hosts, f" within {timeout:g} s")


def _failure(code: str, cause: str, what: str, hosts: str, within: str = "") -> ConnectionError:
    match code:
        case "P1000":
            message = f"Authentication failed against {what}: {cause}."
        case "P1002":
            message = f"The {what} timed out{within}: {cause}."
        case "P1010":
            message = f"User was denied access on the {what}: {cause}."
        case "P1001":
            message = f"Can't reach {what}{within}: {cause}."
        case _:
            raise AssertionError(f"{code} is no code of connecting")
    remedy = _REMEDIES.get(cause, "Is MongoDB running, and does DATABASE_URL name it?")
    return ConnectionError(f"{message} {remedy}", code=code, meta={"hosts": hosts, "cause": cause})


def hosts_of(client: Client) -> str:
    """The servers that a client was given, or has found, as `host:port, …`."""
    seeds = client.topology_description.server_descriptions()
    named = sorted(f"{host}:{port}" if port else host for host, port in seeds)
    return ", ".join(named) or "the servers of DATABASE_URL"


# --- causes, and what to do about them ---

AUTHENTICATION: Final = "the provided credentials are not valid"
DENIED: Final = "the user lacks the rights"
NOT_PRIMARY: Final = "it is not the primary"
NO_PRIMARY: Final = "the replica set has no primary"
NOT_INITIATED: Final = "its replica set is not initiated"
OTHER_SET: Final = "it is not of the replica set that replicaSet in DATABASE_URL names"
REFUSED: Final = "connection refused"
UNKNOWN_HOST: Final = "the host name is unknown"
TLS: Final = "TLS failed"
SILENT: Final = "no answer in time"
CLOSED: Final = "the server closed the connection"
NO_MONGODB: Final = "what answers there is not MongoDB"
OTHER_VERSION: Final = "the driver does not know this version of MongoDB"
FAILED: Final = "the connection failed"

_REMEDIES: Final = {
    AUTHENTICATION: "Check user, password and authSource in DATABASE_URL.",
    DENIED: "Grant the user of DATABASE_URL the role readWrite on its database.",
    NOT_PRIMARY: (
        "Name all members and replicaSet in DATABASE_URL, without directConnection; or, to read "
        "only, set readPreference."
    ),
    NO_PRIMARY: "Bring a majority of its members back, or run rs.initiate() if it is new.",
    NOT_INITIATED: 'Run `mongosh --eval "rs.initiate()"` there, once.',
    OTHER_SET: "rs.conf()._id is the right name; a standalone server has none.",
    REFUSED: "Start MongoDB there, or correct host and port in DATABASE_URL.",
    UNKNOWN_HOST: "Correct the host in DATABASE_URL.",
    TLS: "Check tls and tlsCAFile in DATABASE_URL against the server's certificate.",
    CLOSED: "Is it MongoDB that listens there, and does it ask for TLS?",
    NO_MONGODB: "Is it MongoDB that listens there, and does it ask for TLS?",
    OTHER_VERSION: "MongoDB 4.4 and later will do; for a later one, a later PyMongo.",
}

# The driver keeps only the text of asyncio's error, which names the number and not the kind.
_SIGNS: Final = (
    ("SSL", TLS),
    ("certificate", TLS),
    (f"[Errno {errno.ECONNREFUSED}]", REFUSED),
    ("Connection refused", REFUSED),
    ("Connect call failed", REFUSED),
    ("DNS query name does not exist", UNKNOWN_HOST),
    ("Name or service not known", UNKNOWN_HOST),
    ("Temporary failure in name resolution", UNKNOWN_HOST),
    ("getaddrinfo", UNKNOWN_HOST),
    ("nodename nor servname", UNKNOWN_HOST),
    ("belongs to a set named", OTHER_SET),
    ("timed out", SILENT),
    ("onnection closed", CLOSED),
    ("onnection is closed", CLOSED),
    ("onnection is already closed", CLOSED),
    ("wire version", OTHER_VERSION),
    ("onnection reset", CLOSED),
)


def _common_cause(client: Client) -> str:
    """The cause of the first server that has an error, or what all servers lack."""
    topology = client.topology_description
    servers = topology.server_descriptions().values()
    if causes := [_cause(server.error) for server in servers if server.error is not None]:
        return causes[0]
    if not servers and client.options.replica_set_name is not None:
        return OTHER_SET
    kinds = {server.server_type_name for server in servers}
    if "RSGhost" in kinds:
        return NOT_INITIATED
    return NO_PRIMARY if kinds & _MEMBERS else SILENT


_MEMBERS: Final = {"RSSecondary", "RSArbiter", "RSOther"}


def _cause(error: BaseException) -> str:
    text = " ".join(str(each) for each in _chain(error))
    if _is_of_dns(error):
        return UNKNOWN_HOST
    if any(isinstance(each, ProtocolError | BSONError) for each in _chain(error)):
        return NO_MONGODB
    return next((cause for sign, cause in _SIGNS if sign in text), FAILED)


def _is_of_dns(error: BaseException) -> bool:
    return any(type(each).__module__.partition(".")[0] == "dns" for each in _chain(error))


def _chain(error: BaseException) -> Iterable[BaseException]:
    """The error and its causes."""
    seen: BaseException | None = error
    while seen is not None:
        yield seen
        seen = seen.__cause__ or seen.__context__
