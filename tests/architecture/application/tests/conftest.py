import pytest

from containers import Bookshop
from database import DatabaseService


@pytest.fixture(scope="session")
def prismongo_service():
    return DatabaseService


@pytest.fixture
def prismongo_application():
    return Bookshop()
