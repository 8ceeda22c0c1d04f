"""Connecting: reach the server in time, learn what it is, or say why not and what to do.

Messages name host and port, never the URL: it may hold a password.
"""

from __future__ import annotations

import asyncio
import errno
import socket
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

import pymongo
from pymongo import AsyncMongoClient
from pymongo.errors import (
    ConfigurationError,
    OperationFailure,
    PyMongoError,
    ServerSelectionTimeoutError,
)
from pymongo.server_description import ServerDescription

from database.errors import ConnectionError

_AUTHENTICATION: Final = (18, 8000)


@dataclass(frozen=True, slots=True)
class Topology:
    """What kind of server it is. `replica_set` is None on a standalone server and behind mongos."""

    replica_set: str | None
    is_sharded: bool
    primary: str | None

    @property
    def has_transactions(self) -> bool:
        """Whether transactions and change streams are to be had."""
        return self.replica_set is not None or self.is_sharded


async def open_client(client: AsyncMongoClient[dict[str, Any]], timeout: float) -> Topology:
    """Connect within `timeout` seconds.

    Raises:
        database.errors.ConnectionError: P1000 authentication, P1001 unreachable, P1002 no answer in
            time, P1013 options that cannot be.
    """
    try:
        async with asyncio.timeout(timeout):
            with pymongo.timeout(timeout):
                hello = await client.admin.command("hello")
    except TimeoutError as error:
        raise _unreachable(client, timeout) from error
    except PyMongoError as error:
        raise _refused(client, error, timeout) from error
    return Topology(
        replica_set=hello.get("setName"),
        is_sharded=hello.get("msg") == "isdbgrid",
        primary=hello.get("primary"),
    )


def _refused(
    client: AsyncMongoClient[dict[str, Any]], error: PyMongoError, timeout: float
) -> ConnectionError:
    if isinstance(error, ServerSelectionTimeoutError) or error.timeout:
        return _unreachable(client, timeout)
    if isinstance(error, OperationFailure) and error.code in _AUTHENTICATION:
        return ConnectionError(
            f"Authentication failed against database server at {_hosts(client)}: the provided "
            "credentials are not valid. Check user, password and authSource in DATABASE_URL.",
            code="P1000",
            meta={"hosts": _hosts(client)},
        )
    if isinstance(error, ConfigurationError) and not _is_of_names(error):
        return ConnectionError(
            "The provided database string is invalid: its options do not go together.",
            code="P1013",
        )
    cause = _cause(error)
    return ConnectionError(
        f"Can't reach database server at {_hosts(client)}: {cause}. {_remedy(cause)}",
        code="P1001",
        meta={"hosts": _hosts(client), "cause": cause},
    )


def _is_of_names(error: PyMongoError) -> bool:
    """Whether looking up `mongodb+srv://` failed, which the driver calls a configuration error."""
    return type(error.__cause__).__module__.partition(".")[0] == "dns"


def _unreachable(client: AsyncMongoClient[dict[str, Any]], timeout: float) -> ConnectionError:
    servers = client.topology_description.server_descriptions().values()
    cause = _causes(servers, client)
    hosts = _hosts(client)
    timed_out = cause == "no answer in time"
    return ConnectionError(
        f"Can't reach database server at {hosts} within {timeout:g} s: {cause}. {_remedy(cause)}",
        code="P1002" if timed_out else "P1001",
        meta={"hosts": hosts, "cause": cause},
    )


def _hosts(client: AsyncMongoClient[dict[str, Any]]) -> str:
    seeds = client.topology_description.server_descriptions()
    named = sorted(f"{host}:{port}" if port else host for host, port in seeds)
    return ", ".join(named) or "the servers of DATABASE_URL"


def _causes(servers: Iterable[ServerDescription], client: AsyncMongoClient[dict[str, Any]]) -> str:
    errors = [server.error for server in servers if server.error is not None]
    if errors:
        return _cause(errors[0])
    topology = client.topology_description
    wanted = client.options.replica_set_name
    if wanted is not None and not topology.server_descriptions():
        return "the replica set's name differs from replicaSet in the URL"
    if topology.topology_type_name.startswith("ReplicaSetNoPrimary"):
        return "the replica set has no primary"
    return "no answer in time"


def _cause(error: BaseException) -> str:
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, ConnectionRefusedError):
            return "connection refused"
        if isinstance(seen, socket.gaierror):
            return "the host name is unknown"
        if type(seen).__name__ in ("SSLError", "SSLCertVerificationError", "_CertificateError"):
            return "TLS failed"
        seen = seen.__cause__ or seen.__context__
    text = str(error)
    return next((cause for sign, cause in _SIGNS if sign in text), "the connection failed")


_SIGNS: Final = (
    # The driver keeps only the text of asyncio's error, which names the number and not the kind.
    (f"[Errno {errno.ECONNREFUSED}]", "connection refused"),
    ("Connection refused", "connection refused"),
    ("DNS query name does not exist", "the host name is unknown"),
    ("Name or service not known", "the host name is unknown"),
    ("getaddrinfo", "the host name is unknown"),
    ("nodename nor servname", "the host name is unknown"),
    ("SSL", "TLS failed"),
    ("timed out", "no answer in time"),
    ("connection closed", "the server closed the connection"),
)

_REMEDIES: Final = {
    "connection refused": "Start MongoDB there, or correct host and port in DATABASE_URL.",
    "the host name is unknown": "Correct the host in DATABASE_URL.",
    "TLS failed": "Check tls and tlsCAFile in DATABASE_URL against the server's certificate.",
    "the replica set has no primary": "Run rs.initiate() once, or bring its members back.",
    "the replica set's name differs from replicaSet in the URL": (
        "Correct replicaSet in DATABASE_URL; rs.conf()._id has the name."
    ),
}


def _remedy(cause: str) -> str:
    return _REMEDIES.get(cause, "Is MongoDB running, and does DATABASE_URL name it?")
