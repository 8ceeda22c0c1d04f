"""docs/recipes.md: each recipe runs, and what its rule forbids is an error that says so."""

from __future__ import annotations

import ast
import asyncio
import importlib.util
import inspect
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from pymongo import MongoClient
from typer.testing import CliRunner

from prismongo.url import url_database
from tests.client.connections import connections, until_gone
from tests.containers.serving import serving
from tests.project import TOP

TEXT = (TOP / "docs" / "recipes.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
FILES = {found[1]: each for each in BLOCKS if (found := re.match(r"# (\w+\.py)", each))}
CELLS = [each for each in BLOCKS if not re.match(r"# \w+\.py", each)]

Driver = MongoClient[dict[str, Any]]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, mongo_url: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The recipes as files, and the environment of this test's database."""
    for name, text in FILES.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.setenv("DATABASE_URL", mongo_url)
    monkeypatch.setenv("DATABASE_APP_NAME", url_database(mongo_url))
    monkeypatch.setenv("SCHEMA_ON_START", "push")
    monkeypatch.setenv("NOTIFICATIONS_CONSUME", "false")
    monkeypatch.setenv("PYTHONPATH", f"{TOP}{os.pathsep}{tmp_path}")
    return tmp_path


def recipe(folder: Path, name: str) -> Any:
    """The module of a recipe."""
    spec = importlib.util.spec_from_file_location(f"recipe_{name}", folder / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    with pytest.MonkeyPatch.context() as patch:  # Taskiq looks it up while it is imported
        patch.setitem(sys.modules, spec.name, module)
        spec.loader.exec_module(module)
    return module


def told(*arguments: str) -> str:
    """What a program prints, which has no warnings."""
    done = subprocess.run(
        [sys.executable, "-W", "error", *arguments], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_every_example_is_run() -> None:
    names = ["command", "worker", "background", "prefork", "tasks", "server", "site"]
    assert list(FILES) == [f"{name}.py" for name in names]
    assert len(CELLS) == 3


def test_a_command(folder: Path) -> None:
    command = [str(folder / "command.py"), "ada", "correct horse"]
    assert told(*command) == "registered ada\n"


def test_a_command_without_a_database_says_so(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "")
    done = CliRunner().invoke(recipe(folder, "command").cli, ["ada", "correct horse"])
    assert isinstance(done.exception, SystemExit)
    assert "No database is configured" in str(done.exception)


async def test_a_worker(folder: Path) -> None:
    worker = recipe(folder, "worker")
    await worker.broker.startup()
    task = await worker.register.kiq("ada", "correct horse")
    result = await task.wait_result()
    assert result.return_value == "ada"
    await worker.broker.shutdown()


def test_a_thread(folder: Path, mongo_client: Driver, mongo_url: str) -> None:
    background = recipe(folder, "background").Background()
    database = background.container.database.service()
    assert background.run(database.user.count()) == 0
    assert connections(mongo_client, url_database(mongo_url)) > 0
    background.close()
    asyncio.run(until_gone(mongo_client, url_database(mongo_url)))


CLOSING = """
import runpy, sys
from background import Background

close = Background.close
Background.close = lambda self: (close(self), print("closed", flush=True))
runpy.run_path(sys.argv[1], run_name="__main__")
"""


def test_prefork(folder: Path) -> None:
    """The output of two processes may be on one line."""
    told_by_all = told("-c", CLOSING, str(folder / "prefork.py"))
    assert sorted(re.findall(r"\[.*?\]|\w+", told_by_all)) == [
        "['ada', 'alan', 'grace']",
        *("closed", "closed"),
    ]


async def test_a_notebook() -> None:
    names: dict[str, Any] = {"__name__": "__main__"}
    for cell in CELLS:
        flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
        running = eval(compile(cell, "a cell", "exec", flags, dont_inherit=True), names)  # noqa: S307
        if inspect.iscoroutine(running):
            await running
    assert not names["database"].is_connected()


FORKING = """
import asyncio, os
import httpx
import server

async def work():
    async with server.app.router.lifespan_context(server.app):
        transport = httpx.ASGITransport(app=server.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            return (await client.get("/health")).status_code

for _ in range(2):
    if not (child := os.fork()):
        os._exit(0 if asyncio.run(work()) == 200 else 1)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


def test_a_forking_server() -> None:
    assert told("-c", FORKING) == "0\n0\n"


FORBIDDEN = """
import asyncio, os, threading
from containers import ApplicationContainer, start, stop
from prismongo.errors import NotStartedError

async def use(get):
    try:
        await get().user.count()
    except NotStartedError as error:
        print(error, flush=True)

container = ApplicationContainer()
with asyncio.Runner() as runner:
    runner.run(start(container))
    service = container.database.service
    database = service()
    for get in (service, lambda: database):
        thread = threading.Thread(target=lambda: asyncio.run(use(get)))
        thread.start()
        thread.join()
    if not (child := os.fork()):
        for get in (service, lambda: database):
            asyncio.run(use(get))
        os._exit(0)
    os.waitpid(child, 0)
    print(runner.run(database.user.count()))  # the parent's own is as before
    runner.run(stop(container))
"""


def test_another_loop_and_a_forked_process_are_told() -> None:
    lines = told("-c", FORBIDDEN).splitlines()
    container = "started on another event loop: use `async with running(container)` on this one"
    client = "This database was connected in another event loop or process"
    assert [line.startswith(client) or line for line in lines] == [container, True] * 2 + ["0"]


async def test_one_value_a_request(folder: Path) -> None:
    async with serving(recipe(folder, "site").app) as client:
        answers = await asyncio.gather(*(client.get("/steps") for _ in range(5)))
        assert [answer.json() for answer in answers] == [["users"]] * 5


async def test_one_value_a_websocket(folder: Path) -> None:
    app = recipe(folder, "site").app
    async with serving(app):
        assert [*await asyncio.gather(socket(app, 1), socket(app, 3))] == [1, 3]


async def socket(app: Any, messages: int) -> int:
    """How many steps a WebSocket has been told of at its end."""
    waiting: list[dict[str, Any]] = [{"type": "websocket.connect"}]
    waiting += [{"type": "websocket.receive", "text": "next"}] * messages
    waiting += [{"type": "websocket.disconnect", "code": 1000}]
    sent: list[dict[str, Any]] = []
    events = iter(waiting)

    async def receive() -> dict[str, Any]:
        return next(events)

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    scope = {"type": "websocket", "path": "/steps", "headers": [], "query_string": b""}
    await asyncio.create_task(app(scope, receive, send))
    return len(re.findall("users", sent[-1]["text"]))
