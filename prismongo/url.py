"""Parses MongoDB URLs without a driver. Below every other package.

    mongodb[+srv]://[user:password@]host[,host…]/database?option=value&…

Syntax: the MongoDB manual, "Connection Strings". No function opens anything, and no error contains
a part of the URL.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import parse_qsl, quote, unquote

from prismongo.errors import ConnectionError

SCHEMES = ("mongodb://", "mongodb+srv://")
FORBIDDEN_IN_NAMES = frozenset('/\\. "$\0')
LONGEST_NAME = 63
_LONE_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
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
        raise invalid(
            "Database must be defined in the connection string, as in mongodb://host:27017/name."
            + cause
        )
    if problem := name_problem(name):
        raise invalid(f"The database name {problem}.{cause}")
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
    query = f"?{_separator(parts.options).join(options)}" if options else ""
    return f"{parts.scheme}{parts.authority}/{quote(name, safe='')}{query}"


def name_problem(name: str) -> str | None:
    """Why `name` is not a valid name of a database; None if it is."""
    if FORBIDDEN_IN_NAMES & set(name):
        return 'must have none of / \\ . " $ and no space'
    if not 0 < len(name.encode()) <= LONGEST_NAME:
        return f"must have 1 to {LONGEST_NAME} bytes"
    return None


def is_srv(url: str) -> bool:
    """Whether DNS records name the hosts."""
    return _split(url).scheme == SCHEMES[1]


def hosts_of(url: str) -> list[str]:
    """The hosts as they are written, `host:port` each."""
    return _split(url).authority.rpartition("@")[2].split(",")


def url_options(url: str) -> list[tuple[str, str]]:
    """Names and values of the options, in their order, values as they are written.

    Raises:
        ConnectionError: P1013, they are not `name=value` with one sign between.
    """
    text = _split(url).options
    if "&" in text and ";" in text:
        raise invalid(f"Options have & between, or ;, not both.{doubt_of(url)}")
    pairs = [pair.split("=") for pair in text.split(_separator(text))] if text else []
    if any(len(pair) != 2 or not pair[0] for pair in pairs):
        raise invalid(
            "Options are name=value with & between; special characters in a value, = too, must be "
            f"percent-encoded.{doubt_of(url)}"
        )
    return [(name, value) for name, value in pairs]


def doubt_of(url: str) -> str:
    """What to add where an option is wrong that may be none: a password's own `?` begins it."""
    parts = _split(url)
    return ENCODE if "@" in parts.options and "@" not in parts.authority else ""


def check_address(url: str) -> None:
    """Check user and hosts.

    Raises:
        ConnectionError: P1013, which says what is wrong, and nothing of what it found.
    """
    parts = _split(url)
    user, at, _ = parts.authority.rpartition("@")
    if at and user.partition(":")[0] == "":
        raise invalid("The user has no name.")
    if "@" in user or user.count(":") > 1 or _LONE_PERCENT.search(user):
        raise invalid(ENCODE.strip())
    hosts = hosts_of(url)
    if "" in hosts:
        raise invalid("It names no host." if len(hosts) == 1 else "A host is empty.")
    if is_srv(url) and len(hosts) > 1:
        raise invalid("mongodb+srv:// takes one host, whose DNS records name the others.")
    for host in hosts:
        if problem := _host_problem(host, srv=is_srv(url)):
            raise invalid(problem)


def _host_problem(text: str, *, srv: bool) -> str | None:
    if text.endswith(".sock"):
        return "mongodb+srv:// takes the name of a host." if srv else None
    host, colon, port = text.rpartition(":") if ":" in text.rpartition("]")[2] else (text, "", "")
    in_brackets = host.startswith("[") and host.endswith("]")
    if (":" in host or "[" in host or "]" in host) and not in_brackets:
        return f"An IPv6 address stands in [ and ].{ENCODE}"
    if "%" in host and not in_brackets:
        return "A host has no %: only the path of a socket is percent-encoded."
    if not host or host != host.strip():
        return "A host is empty, or has a space."
    if srv and (colon or in_brackets or host.replace(".", "").isdigit()):
        return "mongodb+srv:// takes a name without a port: DNS records name hosts and ports."
    if colon and not (port.isascii() and port.isdigit()):
        return f"A port must be a whole number from 1 to 65535.{ENCODE}"
    if colon and not 0 < int(port) < 2**16:
        return "A port must be a whole number from 1 to 65535."
    return None


def _separator(options: str) -> str:
    return "&" if "&" in options or ";" not in options else ";"


def _split(url: str) -> _Parts:
    for scheme in SCHEMES:
        if url.startswith(scheme):
            break
    else:
        raise invalid("The URL must start with mongodb:// or mongodb+srv://.")
    address, _, options = url.removeprefix(scheme).partition("?")
    authority, _, path = address.partition("/")
    return _Parts(scheme, authority, unquote(path), options)


def _is_looked_up_in_path(parts: _Parts) -> bool:
    """Whether the user is authenticated against the path's database: not said, and not external."""
    separator = _separator(parts.options)
    options = {key.lower(): value for key, value in parse_qsl(parts.options, separator=separator)}
    mechanism = options.get("authmechanism", "SCRAM")
    return "@" in parts.authority and "authsource" not in options and mechanism.startswith("SCRAM")


def invalid(reason: str, *, option: str | None = None) -> ConnectionError:
    """P1013 for a reason, and the option that it is about."""
    meta = {} if option is None else {"option": option}
    message = f"The provided database string is invalid. {reason}"
    return ConnectionError(message, code="P1013", meta=meta)
