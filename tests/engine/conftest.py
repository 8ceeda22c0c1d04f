"""Fixtures of the engine's tests: those of its behaviour."""

from __future__ import annotations

from tests.behaviour.conftest import (
    engine_for,
    make_store,
    memory,
    pushed_for,
    raw,
    sent,
    stored,
)

__all__ = ["engine_for", "make_store", "memory", "pushed_for", "raw", "sent", "stored"]
