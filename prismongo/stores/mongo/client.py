"""Settings → MongoStore, and the client of the driver, which is not connected yet."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from pymongo import AsyncMongoClient
from pymongo.errors import ConfigurationError, InvalidURI

from prismongo.errors import ConnectionError
from prismongo.schema.datamodel import Datamodel
from prismongo.settings import DatabaseSettings, Embedded
from prismongo.stores.mongo.options import check_options, names_in
from prismongo.stores.mongo.pool import PoolWaits
from prismongo.stores.mongo.store import MongoStore
from prismongo.url import url_database

STREAMING: Final = {"maxPoolSize": 0, "minPoolSize": 0, "serverSelectionTimeoutMS": 2_000}
"""An open stream occupies a connection. If its server dies, the driver waits for the same server
until this timeout, before the stream can continue on another one."""


def mongo_stores(settings: DatabaseSettings) -> Callable[[Datamodel, str | None], MongoStore]:
    """A function that makes stores for the server of the settings; a URL overrides it."""

    def make(datamodel: Datamodel, url: str | None) -> MongoStore:
        address = _address(settings) if url is None else url
        return MongoStore(
            datamodel,
            lambda *listeners: make_client(address, settings, *listeners),
            url_database(address),
            lambda: make_client(address, settings, **STREAMING),
            pool_waits=settings.pool_waits,
        )

    return make


def make_client(
    url: str, settings: DatabaseSettings, *listeners: PoolWaits, **options: Any
) -> AsyncMongoClient[dict[str, Any]]:
    """A client that is not connected yet, and reports to the listeners.

    `options` override those of the settings.

    Raises:
        ConnectionError: P1013, the URL, or a file of certificates, cannot be read, or an option
            would be ignored. The driver's words are not repeated: they may hold the URL.
    """
    given = settings.client_options() | options
    check_options(url, given)
    try:
        return AsyncMongoClient(url, tz_aware=True, event_listeners=list(listeners), **given)
    except (InvalidURI, ConfigurationError, ValueError) as error:
        names = ", ".join(names_in(url)) or "none"
        raise ConnectionError(
            f"The provided database string is invalid: its options ({names}) do not go together, "
            f"or not with its user ({type(error).__name__}).",
            code="P1013",
        ) from None
    except OSError as error:  # only of the files of certificates that the options name
        reason = error.strerror or type(error).__name__
        raise ConnectionError(
            f"A file of tlsCAFile or tlsCertificateKeyFile cannot be used: {reason}.", code="P1013"
        ) from error


def _address(settings: DatabaseSettings) -> str:
    target = settings.resolve()
    if isinstance(target, Embedded):
        raise ConnectionError(
            "The embedded server has no address before it is started: let DatabaseContainer start "
            "it, or use prismongo.embedded.mongod.Mongod.",
            code="P1001",
        )
    return target.url.get_secret_value()
