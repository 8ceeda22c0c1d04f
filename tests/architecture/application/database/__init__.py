"""The bookshop's database."""

from prisma import Prisma

from prismongo import DatabaseSettings, Service


class DatabaseService(Service, Prisma):  # type: ignore[misc]  # tx() gives a client of this class
    """The database of the bookshop."""


__all__ = ["DatabaseService", "DatabaseSettings"]
