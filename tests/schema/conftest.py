"""Fixtures of the schema's tests: Prisma's own CLI, and a client generated once a run."""

from __future__ import annotations

from pathlib import Path

import pytest

from database.schema.generate import Generated, generate
from tests.schema.official import FIXTURES, NoCliError, find_cli


@pytest.fixture(scope="session")
def cli(request: pytest.FixtureRequest) -> Path:
    """The script of Prisma's CLI; the test is skipped where Node.js or the CLI is not to be had."""
    cache = request.config.cache
    assert cache is not None
    try:
        return find_cli(cache.mkdir("prisma"))
    except NoCliError as reason:
        pytest.skip(str(reason))


@pytest.fixture(scope="session")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Generated:
    """The client of `relations.prisma` in a folder of its own."""
    output = tmp_path_factory.mktemp("generated") / "client"
    return generate(FIXTURES / "relations.prisma", output=output)
