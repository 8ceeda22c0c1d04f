"""Reads an existing database into a schema: `prismongo pull`. Above the service.

sample ──▶ observe ──▶ kinds, names, indexes ──▶ build, relations ──▶ draft ──▶ write ──▶ pull
"""

from prismongo.pull.pull import Pulled, pull, pulled_lines

__all__ = ["Pulled", "pull", "pulled_lines"]
