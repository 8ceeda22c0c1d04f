"""Settings of the database: frozen pydantic models. Below all other packages.

`DatabaseSettings` has the values; `resolve` returns the server that they mean, a URL or the
embedded one. Nothing here reads a file, the environment or a socket; the root container does that.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)

from prismongo.errors import ConfigurationError
from prismongo.url import name_problem, url_database, with_database

EMBEDDED_DATABASE = "prismongo"
DRIVER_MAX_POOL_SIZE = 100
CONFLICT_TIMEOUT = timedelta(seconds=60)


def _seconds(value: Any) -> Any:
    """A text of digits means seconds, as a number does: the environment only has text."""
    try:
        return timedelta(seconds=float(value)) if isinstance(value, int | float | str) else value
    except (ValueError, OverflowError):
        return value


def _more_than_nothing(duration: timedelta) -> timedelta:
    if duration <= timedelta(0):
        raise ValueError("must be more than 0 seconds")
    return duration


ReadPreference = Literal[
    "primary", "primaryPreferred", "secondary", "secondaryPreferred", "nearest"
]
Compressor = Literal["zstd", "snappy", "zlib"]
Duration = Annotated[timedelta, BeforeValidator(_seconds), AfterValidator(_more_than_nothing)]


@dataclass(frozen=True)
class Remote:
    """A server that is already running.

    Attributes:
        url: the whole connection string; its path names the database.
    """

    url: SecretStr

    @property
    def database(self) -> str:
        """The name of the database in the URL."""
        return url_database(self.url.get_secret_value())


@dataclass(frozen=True)
class Embedded:
    """A server that is started, and stops with the process (prismongo/embedded).

    Attributes:
        database: the name of the database on it.
        mongod: the binary; None: search for one.
        data: the data directory, which is not removed; None: a temporary one.
    """

    database: str
    mongod: Path | None
    data: Path | None


class DatabaseSettings(BaseModel):
    """Settings of one database. An empty key or None means that it is not set.

    Attributes:
        url: `mongodb://…` or `mongodb+srv://…`; never shown in a repr, an error or a log.
        name: the name of the database, instead of the one in the URL.
        embedded: start a local server if `url` is not set.
        mongod: the embedded server's binary; unset: `PATH`, then an installed package.
        data: the embedded server's data directory, which is not removed; unset: a temporary one.
        connect_timeout: how long connecting may take; a timedelta or seconds.
        server_selection_timeout: how long an operation waits for a usable server; a timedelta or
            seconds. Unset: the URL's `serverSelectionTimeoutMS`, or the driver's 30 s.
        max_pool_size: the most connections per server. Unset: the URL's, or the driver's 100.
        min_pool_size: the fewest open connections per server. Unset: the URL's, or the driver's 0.
        wait_queue_timeout: how long an operation waits for a connection of the pool; a timedelta or
            seconds. Unset: the URL's, or no limit.
        conflict_timeout: how long an operation, or `transaction(callback)`, is repeated that loses
            against another transaction; a timedelta or seconds. After that it is P2034.
        app_name: the name in the server's log. Unset: the URL's, or none.
        read_preference: `primary`, `secondaryPreferred` … Unset: the URL's, or `primary`.
        tls: whether the connection is encrypted. Unset: the URL's, or not.
        tls_ca_file: the CA certificates for the server's certificate. Unset: the system's.
        compressors: `zstd`, `snappy`, `zlib`, the preferred one first. Unset: the URL's, or none.
        slow_query: an operation that takes this long or longer is logged as a WARNING; a timedelta
            or seconds. Unset: never.
        log: how the query log shows values: `redacted` means `?` for each; or `values`.
        pool_waits: whether it is measured how long operations wait for a connection, for the metric
            `prisma_client_queries_wait_histogram_ms`. It takes about a thirtieth of a read.
        telemetry: whether a service makes the spans and metrics of OpenTelemetry; the API must be
            installed, `prismongo[opentelemetry]`.
        health_timeout: how long a health check may take; a timedelta or seconds.
    """

    model_config = ConfigDict(
        frozen=True, extra="forbid", hide_input_in_errors=True, str_strip_whitespace=True
    )

    url: SecretStr | None = None
    name: str | None = None
    embedded: bool = False
    mongod: Path | None = None
    data: Path | None = None
    connect_timeout: Duration = timedelta(seconds=10)
    server_selection_timeout: Duration | None = None
    max_pool_size: int | None = Field(default=None, ge=1)
    min_pool_size: int | None = Field(default=None, ge=0)
    wait_queue_timeout: Duration | None = None
    conflict_timeout: Duration = CONFLICT_TIMEOUT
    app_name: str | None = Field(default=None, max_length=128)
    read_preference: ReadPreference | None = None
    tls: bool | None = None
    tls_ca_file: Path | None = None
    compressors: tuple[Compressor, ...] | None = None
    slow_query: Duration | None = None
    log: Literal["redacted", "values"] = "redacted"
    pool_waits: bool = False
    telemetry: bool = False
    health_timeout: Duration = timedelta(seconds=2)

    if TYPE_CHECKING:
        # For type checkers: validation accepts more types than the fields have.
        def __init__(
            self,
            *,
            url: SecretStr | str | None = None,
            name: str | None = None,
            embedded: bool = False,
            mongod: Path | str | None = None,
            data: Path | str | None = None,
            connect_timeout: timedelta | float = ...,
            server_selection_timeout: timedelta | float | None = None,
            max_pool_size: int | None = None,
            min_pool_size: int | None = None,
            wait_queue_timeout: timedelta | float | None = None,
            conflict_timeout: timedelta | float = ...,
            app_name: str | None = None,
            read_preference: ReadPreference | None = None,
            tls: bool | None = None,
            tls_ca_file: Path | str | None = None,
            compressors: Sequence[Compressor] | str | None = None,
            slow_query: timedelta | float | None = None,
            log: Literal["redacted", "values"] = "redacted",
            pool_waits: bool = False,
            telemetry: bool = False,
            health_timeout: timedelta | float = ...,
        ) -> None: ...

    @classmethod
    def load(cls, values: Mapping[str, Any]) -> DatabaseSettings:
        """Settings from configuration values, such as the `database` part of config.yml.

        Raises:
            ConfigurationError: names every wrong key and the problem, but no value.
        """
        try:
            return cls.model_validate(dict(values))
        except ValidationError as error:
            lines = [
                f"  {'.'.join(['database', *map(str, problem['loc'])])}: {problem['msg']}"
                for problem in error.errors(include_input=False, include_url=False)
            ]
        raise ConfigurationError("\n".join(["The database settings cannot be used:", *lines]))

    @model_validator(mode="before")
    @classmethod
    def _leave_out_empty(cls, values: Any) -> Any:
        if not isinstance(values, Mapping):
            return values
        return {key: value for key, value in values.items() if not _is_empty(value)}

    @field_validator("compressors", mode="before")
    @classmethod
    def _split_compressors(cls, value: Any) -> Any:
        """Names separated by commas, as in a URL."""
        if isinstance(value, str):
            return tuple(name.strip() for name in value.split(",") if name.strip())
        return value

    @field_validator("name")
    @classmethod
    def _check_name(cls, name: str | None) -> str | None:
        if name is not None and (problem := name_problem(name)):
            raise ValueError(problem)
        return name

    @model_validator(mode="after")
    def _check_pool(self) -> DatabaseSettings:
        most = self.max_pool_size or DRIVER_MAX_POOL_SIZE
        if (self.min_pool_size or 0) > most:
            raise ValueError(f"min_pool_size must not be larger than max_pool_size ({most})")
        return self

    def resolve(self) -> Remote | Embedded:
        """The server to connect to: that of `url`, else the embedded one if `embedded` is true.

        Raises:
            ConfigurationError: neither is set.
            ConnectionError: P1013, the URL is malformed or names no database.
        """
        if self.url is not None:
            url = self.url.get_secret_value()
            url = with_database(url, self.name) if self.name else url
            url_database(url)
            return Remote(SecretStr(url))
        if self.embedded:
            return Embedded(self.name or EMBEDDED_DATABASE, self.mongod, self.data)
        raise ConfigurationError(
            "No database is configured. Set DATABASE_URL (database.url) to a MongoDB URL,"
            " or DATABASE_EMBEDDED=true (database.embedded) to start a local server; in a container"
            " config.yml reads them. Without one, pass DatabaseSettings(url=…)."
        )

    def at(self, server: Remote) -> Self:
        """The same settings with the URL of this server."""
        return self.model_copy(update={"url": server.url, "name": None, "embedded": False})

    def client_options(self) -> dict[str, Any]:
        """Keyword arguments for PyMongo's client; only set values, for they replace the URL's."""
        options = {
            "serverSelectionTimeoutMS": _milliseconds(self.server_selection_timeout),
            "maxPoolSize": self.max_pool_size,
            "minPoolSize": self.min_pool_size,
            "waitQueueTimeoutMS": _milliseconds(self.wait_queue_timeout),
            "appname": self.app_name,
            "readPreference": self.read_preference,
            "tls": self.tls,
            "tlsCAFile": self.tls_ca_file and str(self.tls_ca_file),
            "compressors": self.compressors and ",".join(self.compressors),
        }
        return {key: value for key, value in options.items() if value is not None}


class SchemaSettings(BaseModel):
    """What the start of an application does about the schema.

    Attributes:
        on_start: `check` logs a warning if collections or indexes differ from the schema; `push`
            creates those that are missing. Both raise an error if schema.prisma has changed since
            the client was generated. `ignore` does nothing.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    on_start: Literal["check", "push", "ignore"] = "check"


def _milliseconds(duration: timedelta | None) -> int | None:
    return None if duration is None else round(duration / timedelta(milliseconds=1))


def _is_empty(value: Any) -> bool:
    text = value.get_secret_value() if isinstance(value, SecretStr) else value
    return text is None or (isinstance(text, str) and not text.strip())
