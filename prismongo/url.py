"""Parses MongoDB URLs without a driver. Below every other room.

    mongodb[+srv]://[user:password@]host[,host…]/database?option=value&…

Syntax: the MongoDB manual, "Connection Strings". No function opens anything, and no error contains
a part of the URL.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qsl, quote, unquote

from prismongo.errors import ConnectionError

SCHEMES = ("mongodb://", "mongodb+srv://")
FORBIDDEN_IN_NAMES = frozenset('/\\. "$\0')
LONGEST_NAME = 63
ENCODE = " Special characters in user and password must be percent-encoded."


@dataclass(frozen=True)
class _Parts:
    scheme: str
    authority: str
    database: str
    options: str


def url_database(url: str) -> str:
    """The name of the database in the path of `url`.

    Raises:
        ConnectionError: P1013, the URL is malformed or names no valid database.
    """
    parts = _split(url)
    name = parts.database
    # An unescaped `/` or `?` in a password ends the authority before its `@`.
    cause = ENCODE if "@" in name + parts.options else ""
    if not name:
        raise _invalid(
            "Database must be defined in the connection string, as in mongodb://host:27017/name."
            + cause
        )
    if problem := name_problem(name):
        raise _invalid(f"The database name {problem}.{cause}")
    return name


def with_database(url: str, name: str) -> str:
    """`url` with `name` in its path.

    The path is also the default of `authSource`, so `authSource` is added if the URL needs it.

    Raises:
        ConnectionError: P1013, the URL is malformed.
    """
    parts = _split(url)
    options = [parts.options] if parts.options else []
    if parts.database != name and _is_looked_up_in_path(parts):
        options.append(f"authSource={quote(parts.database or 'admin', safe='')}")
    query = f"?{'&'.join(options)}" if options else ""
    return f"{parts.scheme}{parts.authority}/{quote(name, safe='')}{query}"


def name_problem(name: str) -> str | None:
    """Why `name` is not a valid name of a database; None if it is."""
    if FORBIDDEN_IN_NAMES & set(name):
        return 'must have none of / \\ . " $ and no space'
    if not 0 < len(name.encode()) <= LONGEST_NAME:
        return f"must have 1 to {LONGEST_NAME} bytes"
    return None


def _split(url: str) -> _Parts:
    for scheme in SCHEMES:
        if url.startswith(scheme):
            break
    else:
        raise _invalid("The URL must start with mongodb:// or mongodb+srv://.")
    address, _, options = url.removeprefix(scheme).partition("?")
    authority, _, path = address.partition("/")
    return _Parts(scheme, authority, unquote(path), options)


def _is_looked_up_in_path(parts: _Parts) -> bool:
    """Whether the path is the default of `authSource`: it is not set, and the user not external."""
    options = {key.lower(): value for key, value in parse_qsl(parts.options)}
    mechanism = options.get("authmechanism", "SCRAM")
    return "@" in parts.authority and "authsource" not in options and mechanism.startswith("SCRAM")


def _invalid(reason: str) -> ConnectionError:
    return ConnectionError(f"The provided database string is invalid. {reason}", code="P1013")
