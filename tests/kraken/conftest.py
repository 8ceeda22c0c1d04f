"""Fixtures of the application's tests."""

from __future__ import annotations

from tests.application import application, calls, container, pushed_url, settings_pushed

__all__ = ["application", "calls", "container", "pushed_url", "settings_pushed"]
