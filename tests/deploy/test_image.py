"""docs/deploy/Dockerfile: what its steps run is run, and what the image starts is started."""

from __future__ import annotations

import asyncio
import json
import signal
import socket
import subprocess
import urllib.error
import urllib.request
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml

from prismongo.embedded.mongod import HOST, Mongod
from tests.deploy.image import FILES, Image, build, locked, stages
from tests.project import TOP
from tests.proxy import Proxy
from tests.waiting import PATIENCE, until

COMPOSE: dict[str, Any] = yaml.safe_load((FILES / "compose.yaml").read_text(encoding="utf-8"))
DOCKERFILE = (FILES / "Dockerfile").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Image:
    return build(tmp_path_factory.mktemp("image"))


def of_service(name: str, url: str) -> dict[str, str]:
    """The variables of a service of compose.yaml, with the server of this run."""
    given: dict[str, str] = COMPOSE["services"][name]["environment"]
    return {**given, "DATABASE_URL": url}


def test_it_has_two_stages_and_the_last_is_slim_and_not_roots() -> None:
    building, last = stages(DOCKERFILE)
    assert building.base.split()[-1] == "build"
    assert last.base == building.base.split()[0].replace("-bookworm", "-slim-bookworm")
    assert int(last.last("USER").split(":")[0]) > 0
    assert not [value for name, value in last.steps if name == "RUN"]


def test_what_it_copies_is_there_and_not_ignored() -> None:
    ignored = (FILES / "Dockerfile.dockerignore").read_text().splitlines()
    kept = {line[1:] for line in ignored if line.startswith("!")}
    copied: set[str] = set()
    for stage in stages(DOCKERFILE):
        for name, value in stage.steps:
            if name == "COPY" and not value.startswith("--from"):
                copied |= set(value.split()[:-1])
    assert copied == kept
    assert all((TOP / each).exists() for each in copied)


def test_its_lock_is_a_part_of_the_projects() -> None:
    project = locked(TOP / "requirements.lock")
    own = locked(FILES / "requirements.lock")
    assert len(own) < len(project)
    for name, entry in own.items():
        assert set(entry.split()) - {";"} <= set(project[name].split()) | marker(entry), name
        assert "--hash=sha256:" in entry


def marker(entry: str) -> set[str]:
    """The words of an environment marker: another set of requirements may need another one."""
    return set(entry.partition(";")[2].partition("--hash")[0].split())


def test_the_image_has_the_client_and_no_tools(image: Image) -> None:
    told = image.run(["python", "-c", "import prisma; print(prisma.Prisma.__module__)"])
    assert told.strip().startswith("prisma")
    for name in ("pip", "setuptools", "pytest", "fiftyone"):
        code = f"import importlib.util as u; print(u.find_spec({name!r}))"
        assert image.run(["python", "-c", code]).strip() == "None", name
    assert not (image.app / "prismongo").exists()


def test_push_and_check_run_in_it(image: Image, mongo_url: str) -> None:
    command = COMPOSE["services"]["push"]["command"]
    assert "+ collection  User" in image.run(command, **of_service("push", mongo_url))
    assert "ok      client" in image.run(["prismongo", "check"], DATABASE_URL=mongo_url)


async def test_the_server_serves_survives_its_database_and_ends_by_sigterm(
    image: Image, mongod: Mongod, mongo_url: str
) -> None:
    """Readiness follows the database, liveness does not; the end is a clean one."""
    await asyncio.to_thread(
        image.run, COMPOSE["services"]["push"]["command"], DATABASE_URL=mongo_url
    )
    before = files(image.app)
    async with Proxy(HOST, mongod.port) as proxy:
        # Not by the set's own address, which leads past the proxy.
        url = mongo_url.replace(f":{mongod.port}/", f":{proxy.port}/")
        url = url.replace("replicaSet=rs0", "directConnection=true")
        async with serving(image, of_service("application", url)) as (server, port):
            assert await asked(port, "/alive") == (204, None)
            status, health = await asked(port, "/health")
            assert (status, health["status"], health["client"]) == (200, "up", "fresh")
            proxy.close()
            await until(lambda: is_answered(port, "/health", 503))
            assert await asked(port, "/alive") == (204, None)
            proxy.open()
            await until(lambda: is_answered(port, "/health", 200))
            server.send_signal(signal.SIGTERM)
            # uvicorn raises the signal again once it has stopped.
            assert await asyncio.to_thread(server.wait, PATIENCE) == -signal.SIGTERM
    assert "Application shutdown complete." in (image.root / "server.log").read_text()
    assert files(image.app) == before  # the file system may be read-only


async def test_a_start_without_a_database_ends_with_the_reason(image: Image) -> None:
    with socket.create_server((HOST, 0)) as nobody:
        url = f"mongodb://{HOST}:{nobody.getsockname()[1]}/kraken?replicaSet=rs0"
    variables = {**of_service("application", url), "DATABASE_CONNECT_TIMEOUT": "1"}
    done = await asyncio.to_thread(
        subprocess.run,
        command_of(image, 0),
        cwd=image.app,
        env=image.environment(**variables),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 3
    assert "Can't reach database server" in done.stderr


def command_of(image: Image, port: int) -> list[str]:
    """What the image starts, at another port: that one may be taken here."""
    path = image.root / "opt" / "venv" / "bin" / image.command[0]
    return [str(path), *(str(port) if each == "8000" else each for each in image.command[1:])]


@asynccontextmanager
async def serving(
    image: Image, variables: dict[str, str]
) -> AsyncIterator[tuple[subprocess.Popen[bytes], int]]:
    """The image's server, once it answers; killed if it has not ended."""
    with socket.create_server((HOST, 0)) as taken:
        port = taken.getsockname()[1]
    log = (image.root / "server.log").open("wb")
    with (
        log,
        subprocess.Popen(  # noqa: ASYNC220  starting takes milliseconds
            command_of(image, port),
            cwd=image.app,
            env=image.environment(**variables),
            stdout=log,
            stderr=subprocess.STDOUT,
        ) as server,
    ):
        try:
            await until(lambda: is_started(server, port))
            yield server, port
        finally:
            server.kill()


async def is_started(server: subprocess.Popen[bytes], port: int) -> bool:
    assert server.poll() is None, "it has ended: see server.log"
    return await is_answered(port, "/alive", 204)


async def is_answered(port: int, path: str, status: int) -> bool:
    try:
        return (await asked(port, path))[0] == status
    except OSError:
        return False


async def asked(port: int, path: str) -> tuple[int, Any]:
    """The status and the JSON of an answer."""

    def ask() -> tuple[int, Any]:
        url = f"http://{HOST}:{port}{path}"
        try:
            with urllib.request.urlopen(url, timeout=PATIENCE) as answer:
                return answer.status, json.loads(answer.read() or b"null")
        except urllib.error.HTTPError as error:
            with error:
                return error.code, json.loads(error.read())

    return await asyncio.to_thread(ask)


def files(folder: Path) -> dict[Path, int]:
    """The files below a folder, and when they were written."""
    return {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
