"""`prismongo --version`: what a report of a fault should say."""

from __future__ import annotations

import argparse
import platform
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version

from prismongo.cli.terminal import say


class Version(argparse.Action):
    """The option: prints the lines and ends with exit status 0."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        """Called where the option stands among the arguments."""
        for line in version_lines():
            say(line)
        parser.exit()


def version_lines() -> Iterator[str]:
    """The versions of this library, of Python and of PyMongo, and whether the accelerator works."""
    import pymongo

    from prismongo.check.findings import ACCELERATOR
    from prismongo.stores.mongo import accelerator

    try:
        yield f"prismongo {version('prismongo')}"
    except PackageNotFoundError:
        yield "prismongo, not installed: it runs from its sources"
    yield f"Python {platform.python_version()}"
    yield f"PyMongo {pymongo.version}"
    _, text = ACCELERATOR[accelerator.state()]
    yield text
