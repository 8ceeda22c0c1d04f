"""The options of a URL, looked at before the driver: each may be what it is, and all together.

    url, the client's own options ──check_options──▶ nothing, or P1013 with the option's name

The driver drops what it does not understand, and goes on: `tls=yes` would be an open connection.
Here that is refused. Whether a value is understood the driver says itself (`validate_options`);
what it may be is said here. No value is repeated: it may be a part of a password.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from importlib.util import find_spec
from typing import Any, Final
from urllib.parse import unquote_plus

from pymongo.errors import ConfigurationError
from pymongo.uri_parser import validate_options

from prismongo.stores.mongo.contradictions import contradiction
from prismongo.url import check_address, doubt_of, invalid, url_options

BOOLEAN: Final = "true or false"
COUNT: Final = "a whole number from 0 up"
POSITIVE: Final = "a whole number from 1 up"
FROM_0: Final = "a number of milliseconds, 0 or more"
MORE_THAN_0: Final = "a number of milliseconds, more than 0"
FILE: Final = "the path of a file that can be read"
TEXT: Final = "a text"
LEVELS: Final = ("local", "available", "majority", "linearizable", "snapshot")

WORDS: Final[Mapping[str, str]] = {
    "appName": "a name of at most 128 bytes",
    "authMechanism": (
        "SCRAM-SHA-256, SCRAM-SHA-1, MONGODB-X509, MONGODB-AWS, MONGODB-OIDC, GSSAPI, PLAIN or "
        "DEFAULT"
    ),
    "authMechanismProperties": "KEY:value, with commas between, of the keys that the driver knows",
    "authSource": "the name of a database",
    "compressors": "zstd, snappy or zlib, with commas between",
    "connect": BOOLEAN,
    "connectTimeoutMS": FROM_0,
    "datetime_conversion": "DATETIME, DATETIME_AUTO, DATETIME_CLAMP or DATETIME_MS",
    "directConnection": BOOLEAN,
    "enableOverloadRetargeting": BOOLEAN,
    "fsync": BOOLEAN,
    "heartbeatFrequencyMS": "a number of milliseconds, 500 or more",
    "journal": BOOLEAN,
    "loadBalanced": BOOLEAN,
    "localThresholdMS": FROM_0,
    "maxAdaptiveRetries": COUNT,
    "maxConnecting": POSITIVE,
    "maxIdleTimeMS": MORE_THAN_0,
    "maxPoolSize": f"{COUNT}; 0 is without a limit",
    "maxStalenessSeconds": "a whole number of seconds from 90 up, or -1 for none",
    "minPoolSize": COUNT,
    "readConcernLevel": f"{', '.join(LEVELS[:-1])} or {LEVELS[-1]}",
    "readPreference": "primary, primaryPreferred, secondary, secondaryPreferred or nearest",
    "readPreferenceTags": "name:value, with commas between, or empty for any member",
    "replicaSet": "the name of a replica set",
    "retryReads": BOOLEAN,
    "retryWrites": BOOLEAN,
    "serverMonitoringMode": "auto, stream or poll",
    "serverSelectionTimeoutMS": FROM_0,
    "socketTimeoutMS": FROM_0,
    "srvAllowedHostsSuffix": "the end of a host's name",
    "srvMaxHosts": COUNT,
    "srvServiceName": "the name of a service",
    "ssl": BOOLEAN,
    "timeoutMS": FROM_0,
    "tls": BOOLEAN,
    "tlsAllowInvalidCertificates": BOOLEAN,
    "tlsAllowInvalidHostnames": BOOLEAN,
    "tlsCAFile": FILE,
    "tlsCRLFile": FILE,
    "tlsCertificateKeyFile": FILE,
    "tlsCertificateKeyFilePassword": TEXT,
    "tlsDisableOCSPEndpointCheck": BOOLEAN,
    "tlsInsecure": BOOLEAN,
    "tz_aware": "true: dates are always aware here",
    "unicode_decode_error_handler": "strict, replace or ignore",
    "uuidRepresentation": "unspecified, standard, pythonLegacy, javaLegacy or csharpLegacy",
    "w": f"{POSITIVE}, majority, or the name of a write concern of the replica set",
    "wTimeoutMS": "a whole number of milliseconds, 0 or more",
    "waitQueueTimeoutMS": MORE_THAN_0,
    "zlibCompressionLevel": "a whole number from -1 to 9",
}
"""Option → what it may be. An option that is not here does not exist, or does nothing."""

NAMES: Final = {name.lower(): name for name in WORDS}

IDLE: Final = ("waitqueuemultiple", "driver", "server_api")
"""The driver takes them from a URL, or from a program alone, and does nothing with them."""

RAW: Final = ("authmechanismproperties", "readpreferencetags")
"""What the driver decodes itself, part by part."""


def check_options(url: str, given: Mapping[str, Any]) -> None:
    """Check hosts and options of a URL, and what a client is given beside it, which outranks it.

    Raises:
        ConnectionError: P1013, an option is not known, is there twice or is not what it may be,
            or two contradict each other; a host or a port cannot be. `meta` has the option's name.
    """
    check_address(url)
    options: dict[str, str] = {}
    doubt = doubt_of(url)
    for name, raw in url_options(url):
        key = name.lower()
        if key not in NAMES and not _is_the_drivers(name, raw):
            raise (
                invalid(f"An option is not known.{doubt}")  # its name may be of a password
                if doubt
                else invalid(_unknown(name), option=name)
            )
        shown = NAMES.get(key, name)
        if key in options and key != "readpreferencetags":
            raise invalid(f"The option {shown} is there twice.{doubt}", option=shown)
        value = raw if key in RAW else unquote_plus(raw)
        if problem := _problem(key, value):
            raise invalid(f"The option {shown} {problem}.{doubt}", option=shown)
        options[key] = options.get(key, "") + value
    if problem := _compressor_problem(str(given.get("compressors", ""))):
        raise invalid(f"database.compressors {problem}.", option="compressors")
    if found := contradiction(url, options, NAMES, given):
        raise invalid(found.reason, option=found.option)


def names_in(url: str) -> list[str]:
    """The options that a URL has, by their names."""
    return [NAMES.get(name.lower(), name) for name, _ in url_options(url)]


def _unknown(name: str) -> str:
    near = get_close_matches(name.lower(), NAMES, n=1, cutoff=0.75)
    hint = f": is {NAMES[near[0]]} meant?" if near else ". Leave it out."
    return f"The driver has no option {name}{hint}"


def _is_the_drivers(name: str, value: str) -> bool:
    """Whether a driver later than ours understands it."""
    try:
        return name.lower() not in IDLE and bool(validate_options({name: unquote_plus(value)}))
    except (ConfigurationError, ValueError, TypeError):
        return False


def _problem(key: str, value: str) -> str | None:
    """What is wrong with a value, said without it."""
    if not value and key != "readpreferencetags":
        return "has no value"
    if key == "compressors":
        return _compressor_problem(value)
    may_be = f"must be {WORDS[NAMES[key]]}" if key in NAMES else "is not what it may be"
    try:
        validate_options({key: [value] if key == "readpreferencetags" else value})
        return None if STRICTER.get(key, _any)(value) else may_be
    except OSError:
        return None  # the file; the driver does not pass over that, and its client says why
    except (ConfigurationError, ValueError, TypeError, KeyError):
        return may_be


def _compressor_problem(names: str) -> str | None:
    """The driver drops a compressor that it does not know, or has no module for."""
    for name in filter(None, names.split(",")):
        if name not in MODULES:
            return f"must be {WORDS['compressors']}"
        if not _is_installed(MODULES[name]):
            return f"names {name}, for which the package {PACKAGES[name]} must be installed"
    return None


def _is_installed(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:  # its parent is not there
        return False


def _any(_: str) -> bool:
    return True


def _is_not_zero(value: str) -> bool:
    try:
        return int(value) != 0
    except ValueError:
        return True


# Stricter than the driver: what the server refuses only later, and what cannot be had here.
STRICTER: Final[Mapping[str, Callable[[str], bool]]] = {
    "heartbeatfrequencyms": lambda value: float(value) >= 500,
    "maxstalenessseconds": lambda value: int(value) == -1 or int(value) >= 90,
    "readconcernlevel": lambda value: value in LEVELS,
    "tz_aware": lambda value: value == "true",
    "w": _is_not_zero,
}

MODULES: Final = {
    "snappy": "snappy",
    "zlib": "zlib",
    "zstd": "compression.zstd" if sys.version_info >= (3, 14) else "backports.zstd",
}
PACKAGES: Final = {"snappy": "python-snappy", "zlib": "zlib", "zstd": "backports.zstd"}
"""Compressor → the module that the driver imports for it, and the package that has it."""
