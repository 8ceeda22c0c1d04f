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
from prismongo.schema.parser import parse
from tests.schema.official import FIXTURES, answers

ANSWERS = FIXTURES / "answers.jsonl"


def _answers() -> list[Any]:
    recorded = [json.loads(line) for line in ANSWERS.read_text(encoding="utf-8").splitlines()]
    return [pytest.param(answer, id=answer["name"]) for answer in recorded]


@pytest.mark.parametrize("answer", _answers())
def test_the_answer_is_prismas(answer: dict[str, Any]) -> None:
    if answer["refused"] is None:
        parse(answer["schema"])
    else:
        with pytest.raises(SchemaError) as caught:
            parse(answer["schema"])
        found = caught.value
        wanted = answer["refused"]
        assert (found.line, found.column) == (wanted["line"], wanted["column"])
        assert _sentence(found.reason) == _sentence(wanted["reason"])


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
