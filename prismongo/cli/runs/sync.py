"""`prismongo sync`: `generate`, then `push`."""

from __future__ import annotations

import argparse

from prismongo.cli.runs import generate, push


def run(arguments: argparse.Namespace) -> int:
    """Run the command; the exit status."""
    return generate.run(arguments) or push.run(arguments)
