"""The pictures in the pages are what the commands above them draw today."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from prismongo.cli import main
from tests.project import TOP

PICTURE = re.compile(
    r"^    prismongo (diagram[^\n]*)\n+```mermaid\n(.*?)```", re.MULTILINE | re.DOTALL
)
PAGES = [TOP / "README.md", *sorted((TOP / "docs").rglob("*.md"))]
PICTURES = [
    pytest.param(*found, id=f"{page.stem}-{number}")
    for page in PAGES
    for number, found in enumerate(PICTURE.findall(page.read_text(encoding="utf-8")), 1)
]


@pytest.mark.parametrize(("command", "shown"), PICTURES)
def test_a_picture_is_current(
    command: str, shown: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(TOP)
    assert main(command.split()) == 0
    assert capsys.readouterr().out == shown


@pytest.mark.parametrize("page", [TOP / "README.md", TOP / "docs" / "architecture.md"])
def test_a_page_shows_the_schema_and_the_container(page: Path) -> None:
    commands = [command for command, _ in PICTURE.findall(page.read_text(encoding="utf-8"))]
    assert len(commands) == 2
    assert ["--container" in command for command in commands] == [False, True]


def test_every_picture_has_its_command() -> None:
    text = "".join(page.read_text(encoding="utf-8") for page in PAGES)
    assert len(re.findall("^```mermaid", text, re.MULTILINE)) == len(PICTURES)
