"""The engine: both doors, validate, plan, store and decode put together."""

from database.engine.engine import MongoEngine

__all__ = ["MongoEngine"]
