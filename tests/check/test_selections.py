"""The classes for `returning` that `prismongo check` compares with the schema."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from prismongo.check.selections import SelectionFit, check_selections
from prismongo.cli import main
from prismongo.generator import generate
from prismongo.schema import parse
from tests.project import SCHEMA

HEAD = """
from typing import Annotated
from prisma.models import User
from pydantic import BaseModel
from prismongo import Count, Include, selects

class Post(BaseModel):
    content: str
"""
GOOD = """
@selects(User)
class Card(BaseModel):
    username: str
    messages: Annotated[list[Post], Include(take=1)]
    files: Annotated[int, Count("files", where={"size": {"gt": 1}})]
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project whose module `cards` holds classes, and which a test may change."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    monkeypatch.delitem(sys.modules, "cards", raising=False)
    # Bytecode fits any text of the same second and size.
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    (tmp_path / "pyproject.toml").write_text("[tool.prismongo]\nselections = ['cards']\n")
    (tmp_path / "schema.prisma").write_text(SCHEMA.read_text())
    return tmp_path


def fit(project: Path, text: str) -> SelectionFit:
    (project / "cards.py").write_text(HEAD + text)
    return check_selections(["cards"], parse(SCHEMA.read_text()))


def test_classes_that_fit(project: Path) -> None:
    assert fit(project, GOOD) == SelectionFit(1)


def test_bases_are_compared_as_their_classes_are(project: Path) -> None:
    base = "class Base(BaseModel):\n    id: {}\n"
    derived = GOOD.replace("Card(BaseModel)", "Card(Base)")
    assert fit(project, base.format("str") + derived) == SelectionFit(1)
    del sys.modules["cards"]
    (error,) = fit(project, base.format("int") + derived).errors
    assert error.startswith("Card.id: User.id is String in the schema.")


def test_a_class_that_does_not_say_its_model(project: Path) -> None:
    assert fit(project, "") == SelectionFit(0, (), ("cards.Post",))


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("username: str", "username: int", "Card.username: User.username is String in the schema."),
        ("content: str", "contents: str", "Post.contents: Message has no field `contents`."),
        (
            "(take=1)",
            '(where={"x": 1})',
            r"Card.messages: Unknown argument `x` at `include\.messages\.where\.x`",
        ),
        (
            '"size"',
            '"sise"',
            r"Card.files: Unknown argument `sise` at `include\._count\.files\.where\.sise`",
        ),
        ("class Card", "class Card(nothing", "cards cannot be imported: SyntaxError"),
    ],
)
def test_what_does_not_fit(project: Path, old: str, new: str, words: str) -> None:
    (project / "cards.py").write_text((HEAD + GOOD).replace(old, new))
    (error,) = check_selections(["cards"], parse(SCHEMA.read_text())).errors
    assert re.match(words, error)


def test_the_command(project: Path, mongo_url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["push", "--url", mongo_url]) == 0
    (project / "cards.py").write_text(HEAD + GOOD)
    assert main(["check", "--url", mongo_url]) == 0
    assert "  ok      selections 1 class is as the schema says" in capsys.readouterr().out
    del sys.modules["cards"]
    (project / "cards.py").write_text(HEAD + GOOD.replace("username: str", "username: int | None"))
    assert main(["check", "--url", mongo_url]) == 1
    shown = capsys.readouterr().out
    assert "  FAILED  selections 1 not as the schema says" in shown
    assert "Card.username: User.username is String in the schema." in shown


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[tool.prismongo]\nselections = 'cards'", "is a list of modules"),
        ("[tool.prismongo", "pyproject.toml cannot be read"),
    ],
)
def test_a_project_file_that_is_wrong(
    project: Path, text: str, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "pyproject.toml").write_text(text)
    assert main(["check", "--url", "mongodb://127.0.0.1:1/x"]) == 1
    assert words in capsys.readouterr().err


def test_a_class_of_a_subclass_is_compared(project: Path) -> None:
    text = """
class Mine(User):
    pass

@selects(Mine)
class Card(BaseModel):
    usernam: str
"""
    found = fit(project, text)
    assert (found.checked, len(found.errors)) == (1, 1)


def test_classes_of_another_client_are_left_to_its_check(project: Path) -> None:
    thing = (
        'generator client {\n  provider = "prisma-client-py"\n}\n\n'
        'datasource db {\n  provider = "mongodb"\n  url = env("DATABASE_URL")\n}\n\n'
        'model Thing {\n  id Int @id @map("_id")\n  size Int\n}\n'
    )
    generate(thing, output=project / "things")
    text = (
        GOOD
        + """
from things.models import Thing

class Inside(BaseModel):
    size: int

@selects(Thing)
class Shown(BaseModel):
    FIELD: int
"""
    )
    assert fit(project, text.replace("FIELD", "length")) == SelectionFit(1, others=1)
    found = check_selections(["cards"], parse(thing), project / "things")
    assert found.checked == 1
    assert [error.partition(":")[0] for error in found.errors] == ["Shown.length"]
    del sys.modules["cards"]
    (project / "cards.py").write_text(HEAD + text.replace("FIELD", "size"))
    found = check_selections(["cards"], parse(thing), project / "things")
    assert found == SelectionFit(1, others=1)
