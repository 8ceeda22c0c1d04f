"""docs/deploy.md, "What is safe": an old and a new schema on one database."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from prismongo.engine import MongoEngine
from tests.behaviour.asking import ask, refused, selected
from tests.engines import EngineFor

HEAD = """
enum Kind {
  A
  %s
}
type Place {
  city String
  %s
}
model Note {
  id Int @id @map("_id")
  %s
}
"""


def schema(fields: str, *, kinds: str = "", places: str = "") -> str:
    return HEAD % (kinds, places, fields)


@dataclass(frozen=True)
class Change:
    """A change of the model, and what each side then reads of the other's record.

    Attributes:
        old, new: the schemas; `reads` is the field that both look at.
        old_reads, new_reads: the value, or the code of the error.
    """

    old: str
    new: str
    old_data: dict[str, Any]
    new_data: dict[str, Any]
    field: tuple[str, str]
    old_reads: Any
    new_reads: Any


CHANGES = {
    "optional field": Change(schema(""), schema("a String?"), {}, {"a": "x"}, ("id", "a"), 2, None),
    "field with a default": Change(
        schema(""), schema('a String @default("d")'), {}, {}, ("id", "a"), 2, "d"
    ),
    "list": Change(schema(""), schema("a String[]"), {}, {"a": ["x"]}, ("id", "a"), 2, []),
    "required field": Change(
        schema(""), schema("a String"), {}, {"a": "x"}, ("id", "a"), 2, "P2032"
    ),
    "required field removed": Change(
        schema("a String"), schema(""), {"a": "x"}, {}, ("a", "id"), "P2032", 1
    ),
    "optional field removed": Change(
        schema("a String?"), schema(""), {"a": "x"}, {}, ("a", "id"), None, 1
    ),
    "renamed with @map": Change(
        schema("a String"),
        schema('b String @map("a")'),
        {"a": "x"},
        {"b": "y"},
        ("a", "b"),
        "y",
        "x",
    ),
    "renamed without": Change(
        schema("a String?"), schema("b String?"), {"a": "x"}, {"b": "y"}, ("a", "b"), None, None
    ),
    "another type": Change(
        schema("a Int"), schema("a String"), {"a": 1}, {"a": "x"}, ("a", "a"), "P2023", "P2023"
    ),
    "another member of an enum": Change(
        schema("a Kind"), schema("a Kind", kinds="B"), {"a": "A"}, {"a": "B"}, ("a", "a"),
        "P2023", "A",
    ),
}  # fmt: skip


async def reads(engine: MongoEngine, number: int, field: str, expected: object) -> None:
    """The field of a record, or the error of reading it, is what is expected."""
    asked = ask(engine, "findUnique", "Note", field, where={"id": number})
    if isinstance(expected, str) and expected.startswith("P2"):
        assert (await refused(asked)).code == expected
    else:
        assert (await asked)[field] == expected


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
async def test_what_old_and_new_processes_read_of_each_other(
    engine_for: EngineFor, change: Change
) -> None:
    old, new = await engine_for(change.old), await engine_for(change.new)
    await ask(old, "createOne", "Note", data={"id": 1, **change.old_data})
    await ask(new, "createOne", "Note", data={"id": 2, **change.new_data})
    await reads(old, 2, change.field[0], change.old_reads)
    await reads(new, 1, change.field[1], change.new_reads)


async def test_an_old_process_keeps_fields_that_it_does_not_know(engine_for: EngineFor) -> None:
    old, new = await engine_for(schema("a Int")), await engine_for(schema("a Int\nb Int?"))
    await ask(new, "createOne", "Note", data={"id": 1, "a": 1, "b": 2})
    await ask(old, "updateOne", "Note", where={"id": 1}, data={"a": 3})
    await reads(new, 1, "b", 2)


@pytest.mark.parametrize(("word", "kept"), [("update", 2), ("set", None)])
async def test_of_a_composite_type_it_keeps_them_unless_it_sets_it_whole(
    engine_for: EngineFor, word: str, kept: int | None
) -> None:
    old = await engine_for(schema("place Place"))
    new = await engine_for(schema("place Place", places="zip Int?"))
    await ask(new, "createOne", "Note", data={"id": 1, "place": {"city": "a", "zip": 2}})
    await ask(old, "updateOne", "Note", where={"id": 1}, data={"place": {word: {"city": "b"}}})
    found = await ask(new, "findUnique", "Note", selected("place", "city zip"), where={"id": 1})
    assert found["place"] == {"city": "b", "zip": kept}
