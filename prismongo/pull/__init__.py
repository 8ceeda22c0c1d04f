"""Reads an existing database into a schema: `prismongo pull`. Above the service.

sample ──▶ observe ──▶ kinds, names, indexes ──▶ build, relations ──▶ draft ──▶ write ──▶ pull
"""

from prismongo.pull.pull import SAMPLE, Pulled, pull, pulled_lines

__all__ = ["SAMPLE", "Pulled", "pull", "pulled_lines"]
