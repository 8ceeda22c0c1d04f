"""The store on a MongoDB server, over PyMongo's asyncio API."""

from prismongo.stores.mongo.store import MongoStore

__all__ = ["MongoStore"]
