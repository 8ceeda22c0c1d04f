"""Options of a URL that cannot stand together, or do nothing without another.

The driver refuses the first without a name, in words that may hold the URL, and passes over the
second: `tlsInsecure=true` alone is an open connection.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from prismongo.url import hosts_of, is_srv

SETTINGS: Final = {
    "compressors": "database.compressors",
    "maxpoolsize": "database.max_pool_size",
    "minpoolsize": "database.min_pool_size",
    "readpreference": "database.read_preference",
    "tls": "database.tls",
    "tlscafile": "database.tls_ca_file",
}
"""Options that settings give, by the names that they have there."""

TLS_FILES: Final = (
    "tlscafile",
    "tlscertificatekeyfile",
    "tlscertificatekeyfilepassword",
    "tlscrlfile",
)
TLS_LAX: Final = (
    "tlsallowinvalidcertificates",
    "tlsallowinvalidhostnames",
    "tlsdisableocspendpointcheck",
)
OF_SRV: Final = ("srvservicename", "srvmaxhosts", "srvallowedhostssuffix")


@dataclass(frozen=True)
class Contradiction:
    """What is wrong, in a sentence, and the option that it is about."""

    reason: str
    option: str


class _Options:
    """Options by their names in small letters, those of the client before those of the URL."""

    def __init__(
        self, options: Mapping[str, str], names: Mapping[str, str], given: Mapping[str, Any]
    ) -> None:
        own = {key.lower(): _text(value) for key, value in given.items()}
        self.values = {**options, **own}
        self._names = {**names, **{key: SETTINGS.get(key, key) for key in own}}

    def __contains__(self, key: str) -> bool:
        return key in self.values

    def name(self, key: str) -> str:
        return self._names.get(key, key)

    def text(self, key: str, default: str = "") -> str:
        return self.values.get(key, default)

    def is_true(self, key: str) -> bool:
        return self.text(key) == "true"

    def found(self, reason: str, *keys: str) -> Contradiction:
        """A sentence in which {0}, {1} … are the options."""
        return Contradiction(reason.format(*map(self.name, keys)), self.name(keys[0]))


def contradiction(
    url: str, options: Mapping[str, str], names: Mapping[str, str], given: Mapping[str, Any]
) -> Contradiction | None:
    """The first thing that cannot be.

    Args:
        url: for its scheme and its hosts.
        options: those of the URL, each of which is what it may be.
        names: how they are spelt, by their names in small letters.
        given: what a client is given beside the URL.
    """
    read = _Options(options, names, given)
    srv, many = is_srv(url), len(hosts_of(url)) > 1
    for problems in (_of_tls(read, srv=srv), _of_hosts(read, srv=srv, many=many), _others(read)):
        for problem in problems:
            return problem
    return None


def _of_tls(read: _Options, *, srv: bool) -> Iterator[Contradiction]:
    if "tls" in read and "ssl" in read and read.text("tls") != read.text("ssl"):
        yield read.found("{0} and {1} contradict each other: leave {1} out.", "tls", "ssl")
    said = "ssl" if "ssl" in read and "tls" not in read else "tls"
    lax = (*TLS_LAX, "tlsinsecure")
    asking = [key for key in TLS_FILES if key in read]  # for encryption
    asking += [key for key in lax if read.text(key) == "false"]
    if said in read and not read.is_true(said):
        for key in asking:
            yield read.found("{0} goes with {1}=true alone.", key, said)
    elif said not in read and not srv and not asking:
        for key in filter(read.is_true, lax):
            yield read.found("{0} does nothing without {1}=true.", key, said)
    for key in TLS_LAX:
        if "tlsinsecure" in read and key in read:
            yield read.found("{0} says it already: leave {1} out.", "tlsinsecure", key)
    unproven, _, unchecked = TLS_LAX
    if unproven in read and unchecked in read:
        yield read.found("{0} and {1} cannot both be there.", unproven, unchecked)
    for key in ("tlsinsecure", unproven, unchecked):
        if "tlscrlfile" in read and read.is_true(key):
            yield read.found("{0} does nothing with {1}=true.", "tlscrlfile", key)


def _of_hosts(read: _Options, *, srv: bool, many: bool) -> Iterator[Contradiction]:
    for key in ("directconnection", "loadbalanced"):
        if many and read.is_true(key):
            yield read.found("{0}=true goes with one host alone.", key)
    if srv and read.is_true("directconnection"):
        yield read.found("{0}=true does not go with mongodb+srv://.", "directconnection")
    if read.is_true("loadbalanced"):
        for key in ("directconnection", "replicaset", "srvmaxhosts"):
            if read.text(key) not in ("", "false", "0"):
                yield read.found("{0} does not go with {1}=true.", key, "loadbalanced")
    for key in OF_SRV:
        if not srv and key in read:
            yield read.found("{0} goes with mongodb+srv:// alone.", key)
    if read.text("srvmaxhosts") not in ("", "0") and "replicaset" in read:
        yield read.found("{0} does not go with {1}.", "srvmaxhosts", "replicaset")


def _others(read: _Options) -> Iterator[Contradiction]:
    most, least = int(read.text("maxpoolsize", "100")), int(read.text("minpoolsize", "0"))
    if most and least > most:
        yield read.found("{0} is larger than {1}.", "minpoolsize", "maxpoolsize")
    if read.text("readpreference", "primary") == "primary" and "read_preference" not in read:
        tags, staleness = read.text("readpreferencetags"), read.text("maxstalenessseconds", "-1")
        for key, is_set in (
            ("readpreferencetags", tags),
            ("maxstalenessseconds", staleness != "-1"),
        ):
            if is_set:
                yield read.found("{0} needs a {1} other than primary.", key, "readpreference")
    if read.is_true("journal") and read.is_true("fsync"):
        yield read.found("{0} and {1} cannot both be true.", "journal", "fsync")
    if "zlibcompressionlevel" in read and "zlib" not in read.text("compressors"):
        yield read.found(
            "{0} does nothing without zlib in {1}.", "zlibcompressionlevel", "compressors"
        )


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
