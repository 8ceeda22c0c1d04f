import pytest
from prisma.errors import UniqueViolationError


async def test_a_book(prismongo_container):
    book = await prismongo_container.books().add("Analytical Engines", "Ada")
    assert book.author.name == "Ada"


async def test_a_name_is_unique(prismongo_database):
    await prismongo_database.author.create({"name": "Ada"})
    with pytest.raises(UniqueViolationError):
        await prismongo_database.author.create({"name": "Ada"})
