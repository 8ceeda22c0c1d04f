"""Options of a URL: refused by name where the driver would drop or misread them."""

from __future__ import annotations

import itertools
import warnings
from pathlib import Path
from typing import Any, Final

import pytest
from pymongo import AsyncMongoClient
from pymongo.common import URI_OPTIONS_VALIDATOR_MAP
from pymongo.errors import PyMongoError
from pymongo.uri_parser import validate_options

from database import DatabaseSettings
from prismongo.errors import ConnectionError
from prismongo.stores.mongo.client import make_client
from prismongo.stores.mongo.options import IDLE, NAMES, check_options

SECRET: Final = "hunter2-open-sesame"
CERTIFICATE: Final = Path(__file__).parents[2] / "faults" / "certificate.pem"


def url_of(options: str, scheme: str = "mongodb", hosts: str = "host.example.com") -> str:
    return f"{scheme}://ada:{SECRET}@{hosts}/kraken?{options}"


def refusal(url: str, **settings: Any) -> ConnectionError:
    """The error of a client for this URL, which says nothing of the URL but options' names."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(ConnectionError) as caught:
            make_client(url, DatabaseSettings(**settings))
    assert caught.value.code == "P1013"
    assert str(caught.value).startswith("The provided database string is invalid")
    assert SECRET not in f"{caught.value}{caught.value.meta}"
    assert caught.value.__cause__ is None
    return caught.value


def test_every_option_of_the_driver_is_known_and_no_other() -> None:
    assert NAMES.keys() | set(IDLE) == set(URI_OPTIONS_VALIDATOR_MAP)


ANYTHING: Final = (
    *("authsource", "readconcernlevel", "replicaset", "srvallowedhostssuffix", "srvservicename"),
    *("tlscertificatekeyfilepassword", "tlscafile", "tlscertificatekeyfile", "tlscrlfile"),
)
"""Of these the driver takes every text."""
VALUES: Final = (
    *("yes", "no", "True", "true", "false", "1", "0", "-1", "1.5", "500", "1e3", "inf", "nan"),
    *("many", "10s", "fastest", "nearest", "Primary", "majority", "snapshot", "zlib", "gzip"),
    *(
        "zlib,gzip",
        "dc:ny",
        "a:b:c",
        "SERVICE_NAME:x",
        "FOO:x",
        "PLAIN",
        "plain",
        "stream",
        "x" * 129,
    ),
    *("standard", "DATETIME_MS", "ignore", "/there/is/none", str(CERTIFICATE)),
    SECRET,
)


def drops(name: str, value: str) -> bool:
    """Whether the driver does not take an option, or takes less of it than there is."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            validate_options({name: [value] if name == "readpreferencetags" else value})
        except (PyMongoError, ValueError, TypeError, KeyError, Warning):
            return True
        except OSError:  # of a file, which is no silence
            return False
    return False


@pytest.mark.parametrize("name", sorted(NAMES))
def test_what_the_driver_would_drop_is_refused_by_name(name: str) -> None:
    dropped = [value for value in VALUES if drops(name, value)]
    assert bool(dropped) == (name not in ANYTHING)
    for value in dropped:
        error = refusal(url_of(f"{name}={value}"))
        assert error.meta == {"option": NAMES[name]}
        assert NAMES[name] in str(error)


TAKEN: Final = (
    *("tls=true", "ssl=true", "tls=false", "readPreference=secondaryPreferred", "maxPoolSize=0"),
    *("w=majority", "w=1", "w=3", "w=dc", "wTimeoutMS=0", "journal=true", "retryWrites=false"),
    *("readConcernLevel=linearizable", "readConcernLevel=majority", "appName=a%20b", "appname=x"),
    *("readPreference=nearest&readPreferenceTags=dc:ny&readPreferenceTags=", "timeoutMS=0"),
    *("readPreference=secondary&maxStalenessSeconds=90", "maxStalenessSeconds=-1"),
    *("compressors=zlib&zlibCompressionLevel=9", "serverSelectionTimeoutMS=1500.5"),
    *(f"tlsCAFile={CERTIFICATE}", f"tls=true&tlsCAFile={CERTIFICATE}", "tls=true&ssl=true"),
    *("tls=true&tlsInsecure=true", "tls=false&tlsInsecure=true", "tlsAllowInvalidHostnames=false"),
    *("directConnection=true", "replicaSet=rs0", "authSource=admin", "authSource=%24external"),
    *("authMechanism=SCRAM-SHA-256", "w=1;journal=true", "uuidRepresentation=standard", "w=1"),
    *("minPoolSize=5&maxPoolSize=5", "minPoolSize=5&maxPoolSize=0", "heartbeatFrequencyMS=500"),
)


@pytest.mark.parametrize("options", TAKEN)
async def test_what_the_driver_takes_is_taken(options: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        client = make_client(url_of(options), DatabaseSettings())
    await client.close()


REFUSED: Final = {
    "tls=yes": "The option tls must be true or false.",
    "TLS=yes": "The option tls must be true or false.",
    "readPreference=fastest": "The option readPreference must be primary, primaryPreferred, ",
    "maxPoolSize=many": "The option maxPoolSize must be a whole number from 0 up",
    "w=0": "The option w must be a whole number from 1 up, majority, ",
    "readConcernLevel=fastest": "The option readConcernLevel must be local, available, ",
    "maxStalenessSeconds=5&readPreference=nearest": "The option maxStalenessSeconds must be ",
    "heartbeatFrequencyMS=499": "The option heartbeatFrequencyMS must be a number of ",
    "tz_aware=false": "The option tz_aware must be true: dates are always aware here.",
    "authSource=": "The option authSource has no value.",
    "w=1&W=2": "The option w is there twice.",
    "compressors=zstd": "names zstd, for which the package backports.zstd must be",
    "compressors=zlib,snappy": "names snappy, for which the package python-snappy must be",
    "compressors=gzip": "compressors must be zstd, snappy or zlib, with commas between.",
    "maxPolSize=5": "The driver has no option maxPolSize: is maxPoolSize meant?",
    "connection_limit=5": "The driver has no option connection_limit. Leave it out.",
    "waitQueueMultiple=5": "The driver has no option waitQueueMultiple",
    "driver=x": "The driver has no option driver",
    "tls=true&ssl=false": "tls and ssl contradict each other: leave ssl out.",
    "ssl=true&tls=false": "tls and ssl contradict each other: leave ssl out.",
    "tlsInsecure=true": "tlsInsecure does nothing without tls=true.",
    "tlsAllowInvalidCertificates=true": "InvalidCertificates does nothing without tls=true.",
    f"tls=false&tlsCAFile={CERTIFICATE}": "tlsCAFile goes with tls=true alone.",
    "ssl=false&tlsInsecure=false": "tlsInsecure goes with ssl=true alone.",
    f"tls=false&tlsCertificateKeyFilePassword={SECRET}": "KeyFilePassword goes with",
    "tlsInsecure=false&tlsAllowInvalidHostnames=true": "tlsInsecure says it already: leave ",
    "tls=true&tlsAllowInvalidCertificates=true&tlsDisableOCSPEndpointCheck=true": "cannot both",
    f"tlsCRLFile={CERTIFICATE}&tlsInsecure=true": "tlsCRLFile does nothing with tlsInsecure",
    "loadBalanced=true&directConnection=true": "directConnection does not go with loadBal",
    "loadBalanced=true&replicaSet=rs0": "replicaSet does not go with loadBalanced=true.",
    "srvMaxHosts=2": "srvMaxHosts goes with mongodb+srv:// alone.",
    "srvServiceName=x": "srvServiceName goes with mongodb+srv:// alone.",
    "minPoolSize=101": "minPoolSize is larger than maxPoolSize.",
    "minPoolSize=6&maxPoolSize=5": "minPoolSize is larger than maxPoolSize.",
    "readPreferenceTags=dc:ny": "readPreferenceTags needs a readPreference other than primary.",
    "maxStalenessSeconds=90": "maxStalenessSeconds needs a readPreference other than primary.",
    "journal=true&fsync=true": "journal and fsync cannot both be true.",
    "zlibCompressionLevel=3": "zlibCompressionLevel does nothing without zlib in compressors.",
    "authMechanism=MONGODB-X509": "its options (authMechanism) do not go together",
    "tls": "Options are name=value with & between",
    "w=1&": "Options are name=value with & between",
    "=1": "Options are name=value with & between",
    "tlsCAFile=/a=b": "special characters in a value, = too, must be percent-encoded",
    "w=1&journal=true;fsync=false": "Options have & between, or ;, not both.",
}


@pytest.mark.parametrize(("options", "said"), REFUSED.items(), ids=REFUSED)
def test_what_cannot_be_is_refused_in_words(options: str, said: str) -> None:
    assert said in str(refusal(url_of(options)))


def test_each_is_named_where_several_hosts_or_records_do_not_fit() -> None:
    several = {"directConnection=true", "loadBalanced=true"}
    for options in several:
        error = refusal(url_of(options, hosts="a,b"))
        assert f"{options} goes with one host alone." in str(error)
    srv = {
        "directConnection=true": "directConnection=true does not go with mongodb+srv://.",
        "srvMaxHosts=2&replicaSet=rs0": "srvMaxHosts does not go with replicaSet.",
        "srvMaxHosts=2&loadBalanced=true": "srvMaxHosts does not go with loadBalanced=true.",
    }
    for options, said in srv.items():
        assert said in str(refusal(url_of(options, scheme="mongodb+srv")))


@pytest.mark.parametrize(
    ("options", "settings", "said"),
    [
        ("ssl=false", {"tls": True}, "database.tls and ssl contradict each other: leave ssl out."),
        (
            "w=1",
            {"tls": False, "tls_ca_file": CERTIFICATE},
            "tls_ca_file goes with database.tls",
        ),
        (
            "maxPoolSize=2",
            {"min_pool_size": 3},
            "database.min_pool_size is larger than maxPoolSize.",
        ),
        (
            "w=1",
            {"compressors": "zstd"},
            "database.compressors names zstd, for wh",
        ),
        (
            "maxStalenessSeconds=90",
            {"read_preference": "primary"},
            "needs a database.read_p",
        ),
        ("tls=yes", {"tls": True}, "The option tls must be true or false."),
    ],
)
def test_what_settings_say_counts_too(options: str, settings: dict[str, Any], said: str) -> None:
    assert said in str(refusal(url_of(options), **settings))


async def test_settings_may_complete_a_url() -> None:
    settings = DatabaseSettings(read_preference="nearest", compressors="zlib", max_pool_size=200)
    url = url_of("maxStalenessSeconds=90&zlibCompressionLevel=3&minPoolSize=150")
    await make_client(url, settings).close()


ADDRESSES: Final = {
    "mongodb://host:99999/kraken": "A port must be a whole number from 1 to 65535.",
    "mongodb://host:0/kraken": "A port must be a whole number from 1 to 65535.",
    "mongodb://host:/kraken": "A port must be a whole number from 1 to 65535.",
    f"mongodb://ada:{SECRET}/kraken": "A port must be a whole number from 1 to 65535. Special char",
    "mongodb+srv://host.example.com:27017/kraken": "mongodb+srv:// takes a name without a port",
    "mongodb+srv://127.0.0.1/kraken": "mongodb+srv:// takes a name without a port",
    "mongodb+srv://a.b.c,d.e.f/kraken": "mongodb+srv:// takes one host, whose DNS records name",
    "mongodb+srv://%2Ftmp%2Fx.sock/kraken": "mongodb+srv:// takes the name of a host.",
    "mongodb:///kraken": "It names no host.",
    "mongodb://a,,b/kraken": "A host is empty.",
    "mongodb://:27017/kraken": "A host is empty, or has a space.",
    "mongodb://::1/kraken": "An IPv6 address stands in [ and ].",
    "mongodb://[::1/kraken": "An IPv6 address stands in [ and ].",
    "mongodb://ho%20st/kraken": "A host has no %: only the path of a socket is percent-encoded.",
    "mongodb://@host/kraken": "The user has no name.",
    f"mongodb://:{SECRET}@host/kraken": "The user has no name.",
    f"mongodb://ada:{SECRET}@x@host/kraken": "in user and password must be percent-encoded.",
    f"mongodb://ada:{SECRET}:x@host/kraken": "in user and password must be percent-encoded.",
    f"mongodb://ada:{SECRET}%zz@host/kraken": "in user and password must be percent-encoded.",
    f"mongodb://ada:1/x?{SECRET}=y@host/kraken": "An option is not known. Special characters in us",
}


@pytest.mark.parametrize(("url", "said"), ADDRESSES.items(), ids=ADDRESSES)
def test_what_is_wrong_with_an_address_is_said(url: str, said: str) -> None:
    assert said in str(refusal(url))


@pytest.mark.parametrize("port", ["0", "99999"])
def test_a_port_that_cannot_be_is_no_matter_of_encoding(port: str) -> None:
    assert "percent-encoded" not in str(refusal(url_of("w=1", hosts=f"host:{port}")))


@pytest.mark.parametrize(
    "hosts",
    ["host", "a:1,b:65535", "[::1]", "[::1]:27017", "[fe80::1%25eth0]:27017", "%2Ftmp%2Fx.sock"],
)
async def test_an_address_that_can_be_is_taken(hosts: str) -> None:
    await make_client(url_of("w=1", hosts=hosts), DatabaseSettings()).close()


async def test_a_url_that_is_taken_means_what_it_says() -> None:
    url = url_of("tls=true&readPreference=nearest&maxPoolSize=7&w=majority")
    client = make_client(url, DatabaseSettings())
    assert isinstance(client, AsyncMongoClient)
    assert client.options.pool_options.max_pool_size == 7
    assert client.options.pool_options._ssl_context is not None
    assert client.options.read_preference.mongos_mode == "nearest"
    await client.close()


def test_no_pair_of_options_is_a_driver_error_without_a_name() -> None:
    pairs = itertools.permutations((each for each in REFUSED if "=" in each and "&" not in each), 2)
    for one, other in pairs:
        if one.split("=")[0].lower() != other.split("=")[0].lower():
            with pytest.raises(ConnectionError) as caught:
                check_options(url_of(f"{one}&{other}"), {})
            assert caught.value.code == "P1013"
