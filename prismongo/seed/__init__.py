"""Runs an application's function that fills a database: `prismongo seed`. Above the service.

script: finds the function ──▶ run: connects its database, calls it ◀── progress: a bar
"""

from prismongo.seed.progress import Progress, no_progress, progress_bar
from prismongo.seed.run import run_script
from prismongo.seed.script import Script, Size, load_script

__all__ = [
    "Progress",
    "Script",
    "Size",
    "load_script",
    "no_progress",
    "progress_bar",
    "run_script",
]
