"""docs/schema.md tells the truth: its tables and examples are read from it and tried."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml
from pymongo.database import Database

from database import DatabaseService
from prismongo.query.values.bson_types import bson_type
from prismongo.query.values.scalars import scalar_of
from prismongo.schema import parse, push
from prismongo.schema.scalars import SCALARS
from prismongo.testing import fake
from tests.project import TOP
from tests.stores.mongo.push.schemas import HEAD, ID

TEXT = (TOP / "docs" / "schema.md").read_text(encoding="utf-8")

SAMPLES: dict[str, object] = {
    "String": "text",
    "Boolean": True,
    "Int": 5,
    "BigInt": 5,
    "Float": 1.5,
    "Decimal": "1.50",
    "DateTime": "2026-01-01T00:00:00Z",
    "Json": '{"a": 1}',
    "Bytes": "YWFhYWFhYWFhYWFh",
}


def stored_as() -> list[tuple[str, str]]:
    """The rows of the table, as (what stands in the schema, BSON type)."""
    table = TEXT.partition("| in the schema | stored as |\n|---|---|\n")[2].partition("\n\n")[0]
    rows = (line.strip("| ").split(" | ") for line in table.splitlines())
    return [(left.strip("`"), right) for left, right in rows]


@pytest.mark.parametrize(("written", "bson"), stored_as())
def test_fields_are_stored_as_it_says(written: str, bson: str) -> None:
    match written:
        case "an enum" | "a composite type":
            assert bson == {"an enum": "string", "a composite type": "object"}[written]
        case "Int[]":
            assert bson == "array"
        case _:
            field = parse(model(f"x {written}")).model["A"].by_name["x"]
            sample = "0" * 24 if written == "String @db.ObjectId" else SAMPLES[field.type]
            assert bson_type(scalar_of(field).encode(sample)) == bson


def test_every_scalar_is_in_the_table() -> None:
    named = {written.split()[0] for written, _ in stored_as()}
    assert set(SAMPLES) <= named
    assert set(SCALARS) == set(SAMPLES)


async def test_the_example_of_comments_is_pushed_as_it_says(
    live: Database[dict[str, Any]], mongo_url: str
) -> None:
    example, _ = re.findall(r"```prisma\n(.*?)```", TEXT, re.DOTALL)

    await push(parse(HEAD + example), mongo_url)

    indexes = live["Session"].index_information()
    assert indexes["Session_name_key"]["collation"]["strength"] == 2
    assert indexes["Session_expiresAt_idx"]["expireAfterSeconds"] == 3600
    assert indexes["Session_userId_name_key"]["partialFilterExpression"] == {"isDeleted": False}
    assert indexes["Session_note_idx"]["sparse"] is True


def test_the_example_of_a_shard_key_is_one() -> None:
    _, example = re.findall(r"```prisma\n(.*?)```", TEXT, re.DOTALL)
    model = parse(HEAD + example).model["Message"]
    assert [field.name for field in model.shard_fields] == ["communityId", "id"]
    assert len(model.uniques) == 2


def test_ignored_models_are_pushed() -> None:
    assert "an ignored model's collection and indexes are pushed" in TEXT
    from prismongo.stores.wanted.indexes import wanted_indexes

    assert wanted_indexes(parse(model("x Int @unique", "@@ignore")))["A"]


def test_every_variable_of_the_configuration_is_told() -> None:
    configuration = (TOP / "config.yml").read_text(encoding="utf-8")
    read = set(re.findall(r"\$\{([A-Z_]+)", re.sub(r"(?m)^ *#.*", "", configuration)))
    told = set(re.findall(r"`((?:DATABASE|SCHEMA|NOTIFICATIONS)_[A-Z_]+)`", TEXT))
    assert told == read


def test_the_commands_are_told() -> None:
    from prismongo.cli import COMMANDS

    told = set(re.findall(r"prismongo ([a-z]+)", TEXT))
    assert told == {command.name for command in COMMANDS}


def test_the_compose_file_is_one() -> None:
    """The one that the page links; tests/deploy runs it as far as that goes."""
    assert "](deploy/compose.yaml)" in TEXT
    folder = TOP / "docs" / "deploy"
    services = yaml.safe_load((folder / "compose.yaml").read_text(encoding="utf-8"))["services"]
    assert services["mongo"]["command"][:3] == ["mongod", "--replSet", "rs0"]
    script = services["mongo"]["healthcheck"]["test"][-1].lstrip("/")
    assert 'rs.initiate({ _id: "rs0"' in (folder / script).read_text(encoding="utf-8")
    assert "replicaSet=rs0" in services["application"]["environment"]["DATABASE_URL"]


def model(*lines: str) -> str:
    return "\n".join([HEAD, "model A {", ID, *lines, "}"])


async def test_the_example_of_a_seed_runs_and_runs_again() -> None:
    (example,) = re.findall(r"## Seed.*?```python\n(.*?)```", TEXT, re.DOTALL)
    names: dict[str, Any] = {}
    exec(example, names)  # noqa: S102 - our own documentation
    async with fake(DatabaseService) as database:
        told: list[tuple[str, int, int]] = []
        await names["seed"](database, progress=lambda *each: told.append(each))
        await names["seed"](database)
        assert told == [("users", 1, 3), ("users", 2, 3), ("users", 3, 3)]
        assert await database.user.count() == 3
