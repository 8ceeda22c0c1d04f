"""Fixtures of the schema's tests: Prisma's own CLI."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.schema.official import NoCliError, find_cli


@pytest.fixture(scope="session")
def cli(request: pytest.FixtureRequest) -> Path:
    """The script of Prisma's CLI; the test is skipped where Node.js or the CLI is not to be had."""
    cache = request.config.cache
    assert cache is not None
    try:
        return find_cli(cache.mkdir("prisma"))
    except NoCliError as reason:
        pytest.skip(str(reason))
