"""Fixtures of the check: the database of the test past our own code, and the project's schema."""

from __future__ import annotations

import pytest

from prismongo.schema import Datamodel, parse
from tests.project import SCHEMA


@pytest.fixture(scope="session")
def project() -> Datamodel:
    """The schema that the environment's client is generated from."""
    return parse(SCHEMA.read_text(encoding="utf-8"))
