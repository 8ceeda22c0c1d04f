"""What Prisma refuses we refuse, at the same place in the same words; what it accepts we accept.

The answers are those of its CLI 6.19 (`fixtures/answers.jsonl`).
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from prismongo.errors import SchemaError
from prismongo.schema.datamodel import Literals
from prismongo.schema.parser import parse
from tests.schema.dmmf import dmmf
from tests.schema.official import FIXTURES, answers

ANSWERS = FIXTURES / "answers.jsonl"
# What Prisma refuses and we do not: Decimal in models is ours (docs/differences.md).
ACCEPTED = {"Decimal", "Decimal list"}
# What both refuse, each for its own reason.
WORDED = {
    "native Decimal Decimal": (
        *(8, 13),
        "Native type Decimal is not supported for mongodb connector.",
    )
}


def _answers() -> list[Any]:
    recorded = [json.loads(line) for line in ANSWERS.read_text(encoding="utf-8").splitlines()]
    return [pytest.param(answer, id=answer["name"]) for answer in recorded]


@pytest.mark.parametrize("answer", _answers())
def test_the_answer_is_prismas(answer: dict[str, Any]) -> None:
    if answer["refused"] is None or answer["name"] in ACCEPTED:
        parse(answer["schema"])
    else:
        with pytest.raises(SchemaError) as caught:
            parse(answer["schema"])
        found = caught.value
        refused = answer["refused"]
        wanted = WORDED.get(answer["name"]) or tuple(map(refused.get, ("line", "column", "reason")))
        assert (found.line, found.column) == wanted[:2]
        assert _sentence(found.reason) == _sentence(wanted[2])


def _sentence(reason: str) -> str:
    """The reason; of JSON without the detail in parentheses, which is the JSON library's."""
    if "is not a valid JSON string" in reason:
        return re.sub(r" \(.*\)$", "", reason)
    return reason.strip()


def test_the_cli_still_answers_so(cli: Path) -> None:
    cases = [json.loads(line) for line in ANSWERS.read_text(encoding="utf-8").splitlines()]
    said = answers(cli, [case["schema"] for case in cases])
    assert said == [case["refused"] for case in cases]


def test_other_providers_are_refused() -> None:
    text = 'datasource db {\n  provider = "postgresql"\n  url = "x"\n}\n'
    with pytest.raises(SchemaError) as caught:
        parse(text)
    assert caught.value.reason == (
        'The datasource provider "postgresql" is not supported, only "mongodb".'
    )
    assert (caught.value.line, caught.value.column) == (2, 14)


def test_the_message_shows_the_place() -> None:
    text = 'datasource db {\n  provider = "mongodb"\n  url = 3\n}\n'
    with pytest.raises(SchemaError) as caught:
        parse(text)
    assert str(caught.value) == (
        "schema.prisma:3:9: Expected a String value, but received numeric value `3`.\n"
        "3 |   url = 3\n"
        "            ^"
    )


# --- Decimal, which Prisma has in composite types alone ---

HEAD = """datasource db {
  provider = "mongodb"
  url      = env("DATABASE_URL")
}
"""
DECIMALS = """
model Order {
  %s
  name  String
  price Decimal @unique
  lines Line[]
}

model Line {
  id      String  @id @map("_id")
  price   Decimal
  orderId String
  order   Order   @relation(fields: [%s], references: [%s])
}
"""


@pytest.mark.parametrize(
    ("key", "reference", "of"),
    [
        ('id Decimal @id @map("_id")', ("orderId", "id"), "id"),
        ('id String @id @map("_id")', ("price", "price"), "price"),
    ],
)
def test_a_decimal_is_no_key(key: str, reference: tuple[str, str], of: str) -> None:
    with pytest.raises(SchemaError) as caught:
        parse(HEAD + DECIMALS % (key, *reference))
    assert f"Error validating field `{of}`" in caught.value.reason
    assert "can't be of type Decimal" in caught.value.reason


@pytest.mark.parametrize(
    ("written", "details"),
    [
        ('"abc"', "invalid digit found in string"),
        ('""', "Failed to parse empty string"),
        ('"NaN"', "invalid digit found in string"),
        ('"1.' + "3" * 34 + '"', "the number does not fit into 34 digits"),
    ],
)
def test_a_default_of_a_decimal_is_one(written: str, details: str) -> None:
    field = f'model A {{\n  id Int @id @map("_id")\n  a Decimal @default({written})\n}}\n'
    with pytest.raises(SchemaError) as caught:
        parse(HEAD + field)
    assert caught.value.reason == (
        f'Error parsing attribute "@default": Parse error: {written} is not a valid decimal. '
        f"({details})"
    )


@pytest.mark.parametrize(
    ("written", "kept", "shown"),
    [("1.50", "1.50", 1.5), ('"-1.50"', "-1.50", -1.5), ("7", "7", 7.0), ('"1e3"', "1e3", 1000.0)],
)
def test_a_default_of_a_decimal_keeps_its_digits(written: str, kept: str, shown: float) -> None:
    field = f'model A {{\n  id Int @id @map("_id")\n  a Decimal @default({written})\n}}\n'
    datamodel = parse(HEAD + field)
    assert datamodel.model["A"].by_name["a"].default == Literals(kept)
    (content,) = dmmf(datamodel)["datamodel"]["models"]
    assert content["fields"][1]["default"] == shown  # so Prisma shows it where it has the type
