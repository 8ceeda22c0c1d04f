"""docs/deploy.md: its endpoint for metrics answers, and it names every file of docs/deploy."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.containers.serving import serving
from tests.project import TOP

TEXT = (TOP / "docs" / "deploy.md").read_text(encoding="utf-8")


async def test_the_endpoint_for_metrics_answers(
    mongo_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (example,) = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
    monkeypatch.setenv("DATABASE_URL", mongo_url)
    monkeypatch.setenv("SCHEMA_ON_START", "ignore")
    names: dict[str, Any] = {"__name__": "docs.deploy_example"}
    exec(example, names)  # noqa: S102  our own documentation
    async with serving(names["app"]) as client:
        text = (await client.get("/metrics")).text
    watched = re.findall(r"`(prisma_\w+)`", TEXT)
    assert len(watched) >= 3
    for name in watched:
        assert f"# TYPE {name} " in text


def test_every_file_is_named() -> None:
    for path in (TOP / "docs" / "deploy").rglob("*"):
        name = path.relative_to(TOP / "docs").as_posix()
        if path.is_file() and path.suffix != ".dockerignore":
            assert f"]({name})" in TEXT


def test_the_names_of_the_errors_and_loggers_are_ours() -> None:
    source = "".join(path.read_text() for path in (TOP / "prismongo").rglob("*.py"))
    for name in re.findall(r"`(prismongo\.\w+|\w+Error|P\d{4})`", TEXT):
        assert f'"{name}"' in source or f"class {name}" in source, name
