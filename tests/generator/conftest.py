"""Fixtures of the generator's tests: a client generated once a run."""

from __future__ import annotations

import pytest

from prismongo.generator.generate import Generated, generate
from tests.schema.official import FIXTURES


@pytest.fixture(scope="session")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Generated:
    """The client of `relations.prisma` in a folder of its own."""
    output = tmp_path_factory.mktemp("generated") / "client"
    return generate(FIXTURES / "relations.prisma", output=output)
