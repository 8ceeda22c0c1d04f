"""Fixtures of the containers' tests."""

from __future__ import annotations

from tests.application import application, calls, container, pushed_url, settings_pushed
from tests.containers.atomic_requests import app, indexed

__all__ = [
    "app",
    "application",
    "calls",
    "container",
    "indexed",
    "pushed_url",
    "settings_pushed",
]
