"""The generated package: lazy, beside others, and what it shares with them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import get_type_hints

import pytest
from pydantic import TypeAdapter, ValidationError

from prismongo.errors import ConfigurationError
from prismongo.generator import generate
from tests.generator.test_generate import GENERATOR, HEAD, THING, ask

TOP = Path(__file__).parents[2]
GENERATED = ("_inputs", "actions", "bases", "client", "enums", "models", "partials", "types")


def run(code: str, *paths: Path) -> str:
    """What a Python of its own prints, with folders ahead on its path."""
    ahead = f"import sys; sys.path[:0] = {[str(path) for path in (*paths, TOP)]!r}\n"
    command = [sys.executable, "-c", ahead + code]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.parametrize(
    "statement",
    ["import prisma.errors", "import prisma.fields", "import prisma", "import prismongo"],
)
def test_what_everybody_imports_loads_no_generated_module(statement: str) -> None:
    code = f"{statement}; print(*(n for n in sys.modules if n.startswith('prisma.')))"
    loaded = set(run(code).split())
    assert not loaded & {f"prisma.{name}" for name in GENERATED}


def test_records_load_no_client_and_a_client_no_types_and_no_parser() -> None:
    code = "from prisma.models import User; print({'prisma.client', 'pymongo'} & set(sys.modules))"
    assert run(code) == "set()"
    code = "from prisma import Prisma, types; print('prismongo.schema.parser' in sys.modules)"
    assert run(code) == "False"
    code = "from prisma import Prisma; print('prisma._inputs' in sys.modules)"
    assert run(code) == "False"


def test_every_public_name_is_there() -> None:
    code = """
import prisma
for name in ("Prisma", "Client", "Batch", "Json", "Base64", "Metrics", "register", "get_client",
             "load_env", "validate", "models", "types", "enums", "partials", "bases", "errors"):
    getattr(prisma, name)
from prisma import *
try:
    prisma.nothing
except AttributeError as error:
    print(error)
"""
    assert run(code) == "module 'prisma' has no attribute 'nothing'"


def test_two_services_on_two_schemas_in_one_process(tmp_path: Path) -> None:
    generate(GENERATOR % "" + HEAD + THING % "  a Int\n", output=tmp_path / "left")
    generate(GENERATOR % "" + HEAD + THING % "  b Int @unique\n", output=tmp_path / "right")
    code = """
import asyncio
import left, right
import prisma.errors
from prismongo import Service
from prismongo.testing import fake
class Left(Service, left.Prisma): pass
class Right(Service, right.Prisma): pass
assert left.errors.PrismaError is right.errors.PrismaError is prisma.errors.PrismaError
assert left.Json is right.Json is prisma.Json

async def use():
    one, two = fake(Left), fake(Right)
    left.register(one)
    right.register(two)
    made = await left.models.Thing.prisma().create({"a": 1})
    async with two.tx() as tx:
        await tx.thing.create({"b": 2})
    try:
        await two.thing.create({"b": 2})
    except prisma.errors.UniqueViolationError:
        print("unique", end=" ")
    async with one.watch() as changes:
        await one.thing.delete(where={"id": made.id})
        async for change in changes:
            print(change.operation, end=" ")
            break
    print(await one.thing.count(), await two.thing.count(where={"b": 2}))
asyncio.run(use())
"""
    assert run(code, tmp_path) == "unique delete 0 1"


def test_what_cannot_be_imported_leaves_the_client(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = tmp_path / "client"
    generate(GENERATOR % "" + HEAD + THING % "  a Int\n", output=client)
    before = {file: file.read_bytes() for file in client.rglob("*.py")}
    broken = "prismongo.generator.modules.enums_module"
    monkeypatch.setattr(broken, lambda datamodel: "raise LookupError('in the middle')\n")
    with pytest.raises(ConfigurationError, match=r"(?s)cannot be imported:.*in the middle"):
        generate(GENERATOR % "" + HEAD + THING % "  b Int\n", output=client)
    assert {file: file.read_bytes() for file in client.rglob("*.py")} == before
    assert ask(client, "import client; print(*client.models.Thing.model_fields)") == "id a"


def test_typed_dicts_are_what_python_takes_them_for() -> None:
    from prisma import types, validate
    from prisma.models import User

    hints = get_type_hints(types.UserCreateInput)
    assert hints["username"] is str
    assert types.UserCreateInput.__required_keys__ == {"username", "hashedPassword"}
    assert "bio" in types.UserCreateInput.__optional_keys__
    data = {"username": "ada", "hashedPassword": "x"}
    assert validate(types.UserCreateInput, data) == data
    assert validate(types.UserWhereInput, {"AND": [{"username": {"in": ["a"]}}]})
    for wrong in ({"username": "ada"}, {**data, "nmae": 1}, {**data, "bio": 3}):
        with pytest.raises(ValidationError):
            validate(types.UserCreateInput, wrong)
    with pytest.raises(TypeError, match="Only TypedDict types are supported"):
        validate(User, {})
    assert TypeAdapter(types.UserWhereUniqueInput).validate_python({"id": "x"}) == {"id": "x"}


def test_a_package_that_is_called_prisma_finds_upstreams_modules(tmp_path: Path) -> None:
    generate(GENERATOR % "" + HEAD + THING % "  a Int\n", output=tmp_path / "prisma")
    code = """
import prisma, prisma.errors, prisma.fields
print(prisma.__file__.startswith(sys.path[0]), prisma.errors.__file__.startswith(sys.path[0]))
print(*prisma.models.Thing.model_fields)
"""
    assert run(code, tmp_path).splitlines() == ["True False", "id a"]
