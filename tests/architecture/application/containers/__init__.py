"""The bookshop: its books, on its database."""

from dependency_injector import providers
from prisma.models import Book

from database import DatabaseService, DatabaseSettings
from prismongo.containers import Container, DatabaseContainer, configuration, connected, mount


class Books:
    """What is for sale."""

    def __init__(self, database: DatabaseService) -> None:
        self.database = database

    async def add(self, title: str, author: str) -> Book:
        """A book by an author, who may be new."""
        who = {"where": {"name": author}, "create": {"name": author}}
        return await self.database.book.create(
            {"title": title, "author": {"connect_or_create": who}}, include={"author": True}
        )


class Database(DatabaseContainer):
    """The database, connected."""

    service = connected(DatabaseService)


class Bookshop(Container):
    """The application."""

    config = providers.Singleton(configuration.read, sections={"database": DatabaseSettings})
    settings = configuration.section(config, DatabaseSettings)
    database = mount(Database, settings=settings)
    books = providers.Factory(Books, database=database.service)
