"""The profile by room: whose a file is."""

from __future__ import annotations

import pytest

import benchmarks.plain
import prismongo.engine.engine
import prismongo.stores.mongo.execute
import prismongo.tasks
from benchmarks.profiled import DRIVER, GENERATED, OTHER, room_of


@pytest.mark.parametrize(
    ("path", "room"),
    [
        ("/a/site-packages/pymongo/asynchronous/pool.py", DRIVER),
        ("/a/prismongo/.venv/lib/site-packages/bson/codec_options.py", DRIVER),
        (benchmarks.plain.__file__, DRIVER),
        (prismongo.engine.engine.__file__, "engine"),
        (prismongo.stores.mongo.execute.__file__, "stores"),
        (prismongo.tasks.__file__, OTHER),
        ("<string>", GENERATED),
        ("/usr/lib/python3.11/selectors.py", DRIVER),
        ("~", DRIVER),
    ],
)
def test_the_room_of_a_file(path: str, room: str) -> None:
    assert room_of(path) == room
