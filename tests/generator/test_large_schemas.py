"""The work of `generate` grows as the schema does: counted in calls of functions, not in time."""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from pydantic import TypeAdapter

from prismongo.generator import generate, proof
from prismongo.generator.inputs import inputs_module
from prismongo.schema import parse

HEAD = """datasource db {
  provider = "mongodb"
  url      = env("DATABASE_URL")
}
generator client {
  provider = "prisma-client-py"
}
"""
ID = '  id String @id @default(auto()) @map("_id") @db.ObjectId\n'
MOST = 6
"""How many times the work may be, of four times the schema; if it is quadratic it is 16 times."""


def calls_of(work: Callable[[], object], name: str = "") -> int:
    """How many functions of Python it calls, or how often those of a name."""
    count = 0

    def profile(frame: FrameType, event: str, argument: object) -> None:
        nonlocal count
        count += event == "call" and name in ("", frame.f_code.co_name)

    before = sys.getprofile()
    sys.setprofile(profile)
    try:
        work()
    finally:
        sys.setprofile(before)
    return count


def wide(number: int) -> str:
    """A model and a composite type of so many fields."""
    fields = "".join(f"  field{n} {('Int', 'String?', 'Json')[n % 3]}\n" for n in range(number))
    return f"{HEAD}type Part {{\n{fields}}}\nmodel Wide {{\n{ID}  part Part\n{fields}}}\n"


def related(number: int) -> str:
    """So many models, each with a relation to the first one."""
    lists = "".join(f"  list{n} M{n}[]\n" for n in range(number))
    one = "  oneId String @db.ObjectId\n  one First @relation(fields: [oneId], references: [id])\n"
    models = "".join(f"model M{n} {{\n{ID}{one}}}\n" for n in range(number))
    return f"{HEAD}model First {{\n{ID}{lists}}}\n{models}"


def chained(number: int) -> str:
    """So many models, each with a relation to the next one, and as many composite types."""
    models, last = [], number - 1
    for n in range(number):
        one = f"  one M{n - 1} @relation(fields: [oneId], references: [id])\n"
        one += "  oneId String @db.ObjectId\n"
        many = f"  many M{n + 1}[]\n"
        lines = [ID, one if n else "", many if n < last else "", f"  part Part{n}\n"]
        models.append(f"model M{n} {{\n{''.join(lines)}}}\n")
        inner = f"  part Part{n + 1}?\n" if n < last else ""
        models.append(f"type Part{n} {{\n  text String\n{inner}}}\n")
    return HEAD + "".join(models)


def test_models_that_lead_to_each_other_in_a_long_chain(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """pydantic calls itself for each: without help, 70 are more than Python allows."""
    generate(chained(90), output=tmp_path / "chained")
    monkeypatch.syspath_prepend(str(tmp_path))
    limit = sys.getrecursionlimit()
    models: Any = import_module("chained.models")
    record = {"id": "1", "part": {"text": "a", "part": {"text": "b"}}}
    (found,) = TypeAdapter(list[models.M5]).validate_python([{**record, "oneId": "2"}])
    assert found.part.part.text == "b"
    assert models.M0.model_validate({**record, "many": [{**record, "oneId": "1"}]}).many[0].id
    assert "M89" in models.M7.model_json_schema()["$defs"]
    assert sys.getrecursionlimit() == limit


def test_the_types_of_four_times_the_fields() -> None:
    few, many = (parse(wide(number)) for number in (60, 240))
    inputs_module(few)  # what is made at the first call only
    assert calls_of(lambda: inputs_module(many)) < MOST * calls_of(lambda: inputs_module(few))


def test_related_models_are_proven_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """pydantic builds a class with all that it leads to: for each anew this would be quadratic."""
    calls = []
    for number in (2, 8):
        package = tmp_path / f"large{number}"
        generate(related(number), output=package)
        monkeypatch.setattr("sys.argv", ["", str(package), str(tmp_path / "report"), ""])
        calls.append(calls_of(proof.main, "model_rebuild"))
        assert not (tmp_path / "report").exists()
    assert calls[0] == calls[1] > 0
