"""The engine: both doors, validate, plan, store and decode put together."""

from prismongo.engine.engine import MongoEngine

__all__ = ["MongoEngine"]
