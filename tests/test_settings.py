"""Settings: what is accepted, what is refused and in which words, and what they mean."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr, ValidationError
from pymongo import AsyncMongoClient

from prismongo.errors import ConfigurationError, ConnectionError
from prismongo.settings import DatabaseSettings, Embedded, Remote

SECRET = "hunter2-open-sesame"
URL = f"mongodb://user:{SECRET}@db.example:27017/kraken"


def test_a_url_is_the_server_to_use() -> None:
    resolved = DatabaseSettings(url=URL).resolve()

    assert resolved == Remote(SecretStr(URL))
    assert isinstance(resolved, Remote)
    assert resolved.database == "kraken"


def test_a_url_goes_before_the_embedded_server() -> None:
    assert isinstance(DatabaseSettings(url=URL, embedded=True).resolve(), Remote)


def test_the_embedded_server_is_used_where_settings_say_so() -> None:
    settings = DatabaseSettings(embedded=True, mongod="/opt/mongod", data="/var/kraken", name="own")

    assert settings.resolve() == Embedded("own", Path("/opt/mongod"), Path("/var/kraken"))
    assert DatabaseSettings(embedded=True).resolve() == Embedded("prismongo", None, None)


@pytest.mark.parametrize("url", [None, "", "  ", SecretStr("")])
def test_without_a_url_nothing_is_started_silently(url: Any) -> None:
    with pytest.raises(ConfigurationError, match=r"DATABASE_URL.*database\.embedded"):
        DatabaseSettings(url=url).resolve()


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        (f"postgresql://user:{SECRET}@db/kraken", "must start with mongodb:// or mongodb\\+srv://"),
        (f"user:{SECRET}@db/kraken", "must start with"),
        (f"mongodb://user:{SECRET}@db", "Database must be defined in the connection string"),
        (f"mongodb://user:{SECRET}@db/?replicaSet=rs0", "Database must be defined"),
        (f"mongodb://user:{SECRET}@db?replicaSet=rs0", "Database must be defined"),
        (f"mongodb://user:{SECRET}@db/{SECRET}%20x", "no space"),
        (f"mongodb://user:{SECRET}@db/{SECRET * 4}", "1 to 63 bytes"),
        (f"mongodb://user:/{SECRET}@db/kraken", r"in user and password must be percent-encoded"),
        (f"mongodb://user:?{SECRET}@db/kraken", r"in user and password must be percent-encoded"),
    ],
)
def test_a_url_that_cannot_be_used_is_p1013_and_is_not_shown(url: str, reason: str) -> None:
    with pytest.raises(ConnectionError, match=reason) as caught:
        DatabaseSettings(url=url).resolve()

    assert caught.value.code == "P1013"
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "renamed"),
    [
        ("mongodb://db/old", "mongodb://db/new"),
        ("mongodb://db", "mongodb://db/new"),
        ("mongodb+srv://db/?a=b", "mongodb+srv://db/new?a=b"),
        ("mongodb://a:1,b:2/new?w=1", "mongodb://a:1,b:2/new?w=1"),
        ("mongodb://u:p@db/old", "mongodb://u:p@db/new?authSource=old"),
        ("mongodb://u:p@db/?w=1", "mongodb://u:p@db/new?w=1&authSource=admin"),
        ("mongodb://u:p@db/old?AUTHSOURCE=x", "mongodb://u:p@db/new?AUTHSOURCE=x"),
        ("mongodb://u:p@db/old?w=1;authSource=x", "mongodb://u:p@db/new?w=1;authSource=x"),
        ("mongodb://u:p@db/old?w=1;j=1", "mongodb://u:p@db/new?w=1;j=1;authSource=old"),
        (
            "mongodb://u@db/old?authMechanism=MONGODB-X509",
            "mongodb://u@db/new?authMechanism=MONGODB-X509",
        ),
        (
            "mongodb://u:p@db/old?authMechanism=SCRAM-SHA-256",
            "mongodb://u:p@db/new?authMechanism=SCRAM-SHA-256&authSource=old",
        ),
    ],
)
def test_a_name_replaces_the_database_and_leaves_the_user_where_it_was(
    url: str, renamed: str
) -> None:
    assert DatabaseSettings(url=url, name="new").resolve() == Remote(SecretStr(renamed))


async def test_the_driver_reads_the_same_name_and_user_from_the_url() -> None:
    resolved = DatabaseSettings(url="mongodb://u:p%2F@db/k%C3%B6nig", name="größe").resolve()

    assert isinstance(resolved, Remote)
    async with AsyncMongoClient[Any](resolved.url.get_secret_value(), connect=False) as client:
        assert client.get_default_database().name == "größe" == resolved.database
        assert client.options._options["authsource"] == "könig"


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"uri": SECRET}, r"database\.uri: Extra inputs are not permitted"),
        ({"url": [SECRET]}, r"database\.url: .*string"),
        ({"embedded": SECRET}, r"database\.embedded: .*boolean"),
        ({"connect_timeout": SECRET}, r"database\.connect_timeout: .*timedelta"),
        ({"connect_timeout": 0}, r"database\.connect_timeout: .*more than 0"),
        ({"server_selection_timeout": "-1"}, r"database\.server_selection_timeout: .*more than 0"),
        ({"max_pool_size": 0}, r"database\.max_pool_size: .*greater than or equal to 1"),
        ({"max_pool_size": 2, "min_pool_size": 3}, r"must not be larger than max_pool_size \(2\)"),
        ({"name": f"{SECRET}.x"}, r"database\.name: .*must have none of"),
        ({"app_name": SECRET * 9}, r"database\.app_name: .*at most 128"),
        ({"read_preference": SECRET}, r"database\.read_preference: .*'primary', "),
        ({"compressors": f"zlib,{SECRET}"}, r"database\.compressors\.1: .*'zstd', "),
        ({"tls": SECRET}, r"database\.tls: .*boolean"),
        ({"wait_queue_timeout": 0}, r"database\.wait_queue_timeout: .*more than 0"),
        ({"conflict_timeout": 0}, r"database\.conflict_timeout: .*more than 0"),
        ({"slow_query": SECRET}, r"database\.slow_query: .*timedelta"),
        ({"log": SECRET}, r"database\.log: .*'redacted' or 'values'"),
        ({"health_timeout": -1}, r"database\.health_timeout: .*more than 0"),
    ],
)
def test_a_wrong_value_is_named_and_not_shown(values: dict[str, Any], said: str) -> None:
    with pytest.raises(ConfigurationError, match=said) as caught:
        DatabaseSettings.load({"url": URL, **values})

    assert SECRET not in str(caught.value)
    assert caught.value.__context__ is None


def test_every_wrong_value_is_named_at_once() -> None:
    with pytest.raises(ConfigurationError, match=r"(?s)database\.embedded:.*database\.mongo:"):
        DatabaseSettings.load({"embedded": "perhaps", "mongo": 1})


def test_the_constructor_does_not_show_values_either() -> None:
    with pytest.raises(ValidationError) as caught:
        DatabaseSettings(url=URL, name=SECRET + ".")

    assert SECRET not in str(caught.value)


def test_an_empty_value_counts_as_left_out() -> None:
    empty = dict.fromkeys(DatabaseSettings.model_fields, "")

    assert DatabaseSettings.load(empty) == DatabaseSettings()
    assert DatabaseSettings.load(dict.fromkeys(empty)) == DatabaseSettings()


def test_text_from_the_environment_is_understood() -> None:
    settings = DatabaseSettings.load(
        {"embedded": "true", "connect_timeout": "2.5", "max_pool_size": "7"}
    )

    assert settings == DatabaseSettings(embedded=True, connect_timeout=2.5, max_pool_size=7)
    assert settings.connect_timeout == timedelta(milliseconds=2500)


def test_only_what_is_set_outranks_the_url() -> None:
    some = DatabaseSettings(url=URL, server_selection_timeout=0.5, max_pool_size=9, app_name="chat")

    assert DatabaseSettings(url=URL).client_options() == {}
    assert some.client_options() == {
        "serverSelectionTimeoutMS": 500,
        "maxPoolSize": 9,
        "appname": "chat",
    }


def test_settings_do_not_change_and_do_not_tell() -> None:
    settings = DatabaseSettings(url=URL)

    with pytest.raises(ValidationError, match="frozen"):
        settings.embedded = True  # type: ignore[misc]
    assert SECRET not in f"{settings!r} {settings} {settings.resolve()!r} {settings.model_dump()}"
