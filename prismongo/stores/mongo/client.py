"""From settings to the mongo store: the driver's client, made but not yet connected."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from pymongo import AsyncMongoClient
from pymongo.errors import ConfigurationError, InvalidURI

from prismongo.errors import ConnectionError
from prismongo.schema.datamodel import Datamodel
from prismongo.settings import DatabaseSettings, Embedded
from prismongo.stores.mongo.pool import PoolListener
from prismongo.stores.mongo.store import MongoStore
from prismongo.url import url_database

STREAMING: Final = {"maxPoolSize": 0, "minPoolSize": 0, "serverSelectionTimeoutMS": 2_000}
"""A stream keeps a connection busy for as long as it is open. Where its server dies the driver
waits for that very server, as long as it may, before the stream can go on at another."""


def mongo_stores(settings: DatabaseSettings) -> Callable[[Datamodel, str | None], MongoStore]:
    """A maker of stores for the server that settings name; a URL given to it comes first."""

    def make(datamodel: Datamodel, url: str | None) -> MongoStore:
        address = _address(settings) if url is None else url
        return MongoStore(
            datamodel,
            lambda pool: make_client(address, settings, pool),
            url_database(address),
            lambda pool: make_client(address, settings, pool, **STREAMING),
        )

    return make


def make_client(
    url: str, settings: DatabaseSettings, *listeners: PoolListener, **options: Any
) -> AsyncMongoClient[dict[str, Any]]:
    """A client that has opened nothing yet, and reports to the listeners.

    Options of the driver's come before those of the settings.

    Raises:
        ConnectionError: P1013, the URL, or a file of certificates, cannot be read. The driver's
            words are not repeated: they may hold the URL.
    """
    try:
        return AsyncMongoClient(
            url,
            tz_aware=True,
            event_listeners=list(listeners),
            **(settings.client_options() | options),
        )
    except (InvalidURI, ConfigurationError, ValueError) as error:
        raise ConnectionError(
            "The provided database string is invalid: the driver cannot read it "
            f"({type(error).__name__}). Special characters in user and password must be "
            "percent-encoded.",
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
