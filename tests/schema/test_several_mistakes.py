"""All mistakes of a schema are told at once, as Prisma's CLI 6.19 tells them (`several.jsonl`)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prismongo.errors import SchemaError
from prismongo.schema.parser import parse
from tests.schema.official import FIXTURES, NoCliError, all_answers, find_cli

HEAD = """datasource db {
  provider = "mongodb"
  url      = env("DATABASE_URL")
}
"""
ID = '  id String @id @default(auto()) @map("_id") @db.ObjectId\n'


def _recorded() -> list[dict[str, Any]]:
    text = (FIXTURES / "several.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


def _mistakes(schema: str) -> list[tuple[int, int, str]]:
    with pytest.raises(SchemaError) as caught:
        parse(schema)
    return [(each.line, each.column, each.reason) for each in caught.value.errors]


@pytest.mark.parametrize("case", _recorded(), ids=lambda case: case["name"])
def test_all_that_prisma_tells(case: dict[str, Any]) -> None:
    wanted = [(each["line"], each["column"], each["reason"]) for each in case["mistakes"]]
    assert len(wanted) > 0
    found = _mistakes(case["schema"])
    assert found[0] == wanted[0]
    assert sorted(found) == sorted(dict.fromkeys(wanted))


def test_the_answers_are_those_of_the_cli(pytestconfig: pytest.Config) -> None:
    try:
        script = find_cli(Path(pytestconfig.cache.mkdir("prisma")))
    except NoCliError as error:
        pytest.skip(str(error))
    cases = _recorded()
    said = all_answers(script, [case["schema"] for case in cases])
    assert said == [case["mistakes"] for case in cases]


def test_each_mistake_has_its_place_and_its_caret() -> None:
    schema = f'{HEAD}model A {{\n{ID}  a Int @default("x")\n  b Strin\n}}\n'
    with pytest.raises(SchemaError) as caught:
        parse(schema)
    assert str(caught.value) == (
        'schema.prisma:8:5: Type "Strin" is neither a built-in type, nor refers to another model, '
        "composite type, or enum.\n8 |   b Strin\n        ^\n\n"
        'schema.prisma:7:9: Error parsing attribute "@default": Expected a Int value, but found '
        '`"x"`.\n7 |   a Int @default("x")\n            ^\n\n2 errors.'
    )
    assert (caught.value.line, caught.value.column) == (8, 5)
    assert caught.value.errors[1].errors == (caught.value.errors[1],)


# A line that is wrong on its own, and where its mistake stands.
WRONG_LINES = {
    '  {name} Int @default("x")\n': 'Expected a Int value, but found `"x"`.',
    "  {name} Int @nothing\n": 'Attribute not known: "@nothing".',
    "  {name} Nothing\n": 'Type "Nothing" is neither',
    '  {name} String @map("$x{name}") @map("y")\n': 'Attribute "@map" can only be defined once.',
    "  @@index([{name}s])\n": "refers to the unknown fields",
    "  @@nothing\n": 'Attribute not known: "@nothing".',
}


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(sorted(WRONG_LINES)), min_size=1, max_size=8))
def test_no_mistake_hides_another(lines: list[str]) -> None:
    """However many wrong lines stand together, each is told once, at its own line."""
    schema, wanted = f"{HEAD}model A {{\n{ID}", []
    for at, line in enumerate(lines):
        wanted.append((schema.count("\n") + 1, WRONG_LINES[line]))
        schema += line.format(name=f"field{at}")
    found = _mistakes(schema + "}\n")
    assert sorted(line for line, _, _ in found) == [line for line, _ in wanted]
    reasons = {line: reason for line, _, reason in found}
    assert all(reason in reasons[line] for line, reason in wanted)
