"""The profile by package: whose a file is."""

from __future__ import annotations

import pytest

import prismongo.engine.engine
from benchmarks.profiled import package_of


@pytest.mark.parametrize(
    ("path", "package"),
    [
        ("/a/site-packages/pymongo/asynchronous/pool.py", "pymongo"),
        ("/a/prismongo/.venv/lib/site-packages/bson/codec_options.py", "bson"),
        (prismongo.engine.engine.__file__, "prismongo"),
        ("<string>", "prismongo"),  # generated readers
        ("/usr/lib/python3.11/selectors.py", "other"),
        ("~", "other"),
    ],
)
def test_the_package_of_a_file(path: str, package: str) -> None:
    assert package_of(path) == package
