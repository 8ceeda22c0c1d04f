"""docs/recipes.md under Celery, gunicorn and Jupyter, where these are installed."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import httpx
import pytest

from tests.docs.test_recipes import CELLS, folder
from tests.processes import free_port
from tests.waiting import PATIENCE, until

__all__ = ["folder"]

CONFIG = """
broker_url = "filesystem://"
result_backend = "file://{folder}/results"
broker_transport_options = {{
    "data_folder_in": "{folder}/queue",
    "data_folder_out": "{folder}/queue",
    "control_folder": "{folder}/control",
}}
"""

ASKING = """
from tasks import register

for name in ("ada", "alan", "ada"):
    try:
        print(register.delay(name).get(timeout={patience}))
    except Exception as error:
        print(str(error).partition("(")[0])
"""


def needs(*modules: str) -> pytest.MarkDecorator:
    """Skip a test where these are not installed."""
    missing = [each for each in modules if find_spec(each) is None]
    return pytest.mark.skipif(bool(missing), reason=f"not installed: {', '.join(missing)}")


@contextmanager
def running(*arguments: str, log: Path) -> Iterator[None]:
    """A program meanwhile; it ends by SIGTERM, with status 0."""
    with log.open("w") as file:
        process = subprocess.Popen([sys.executable, "-m", *arguments], stdout=file, stderr=file)
    try:
        yield
    finally:
        process.terminate()
        try:
            status = process.wait(PATIENCE)
        finally:
            process.kill()
    assert status == 0, log.read_text()


@needs("celery")
def test_celery(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("queue", "control", "results"):
        (folder / name).mkdir()
    (folder / "celery_settings.py").write_text(CONFIG.format(folder=folder))
    monkeypatch.setenv("CELERY_CONFIG", "celery_settings")
    worker = ("celery", "--app", "tasks", "worker", "--pool", "prefork", "--concurrency", "2")
    with running(*worker, log=folder / "log"):
        asking = [sys.executable, "-c", ASKING.format(patience=PATIENCE)]
        said = subprocess.run(asking, capture_output=True, text=True, check=True).stdout
    refused = "<class 'prisma.errors.UniqueViolationError'>"
    assert said.splitlines() == ["ada", "alan", refused]


@needs("gunicorn", "uvicorn_worker")
@pytest.mark.parametrize("preload", [(), ("--preload",)], ids=["imported by each", "preload"])
async def test_gunicorn(
    folder: Path, preload: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(folder))  # where it makes a socket
    address = f"127.0.0.1:{free_port()}"
    server = ("gunicorn", "--bind", address, "--workers", "2", *preload)
    kind = "uvicorn_worker.UvicornWorker"
    with running(*server, "--worker-class", kind, "server:app", log=folder / "log"):
        async with httpx.AsyncClient(base_url=f"http://{address}") as client:

            async def is_up() -> bool:
                try:
                    return (await client.get("/health")).status_code == 200
                except httpx.HTTPError:
                    return False

            await until(is_up)
            ada = {"username": "ada", "password": "correct horse"}
            answers = await asyncio.gather(*(client.post("/users", json=ada) for _ in range(8)))
    assert sorted(answer.status_code for answer in answers) == [201, *[409] * 7]


@needs("ipykernel", "nbclient")
@pytest.mark.parametrize("order", [[0, 1, 2, 0, 1, 2], [0, 1, 1], [0, 0, 1, 2]])
def test_jupyter(order: list[int], tmp_path: Path) -> None:
    """A kernel of its own for each order of the cells; the second one ends without `stop`."""
    done = subprocess.run(
        [sys.executable, "-c", NOTEBOOK, *(CELLS[each] for each in order)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "HOME": str(tmp_path)},
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["0"] * order.count(1)


NOTEBOOK = """
import sys
import nbformat
from nbclient import NotebookClient

cells = [nbformat.v4.new_code_cell(each) for each in sys.argv[1:]]
notebook = nbformat.v4.new_notebook(cells=cells)
NotebookClient(notebook, kernel_name="python3").execute()
for cell in notebook.cells:
    for output in cell.outputs:
        print(output["data"]["text/plain"])
"""
