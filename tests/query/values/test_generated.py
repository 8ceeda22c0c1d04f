"""The values of default functions: each in its format, none twice, some in the order of time."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
import uuid
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from itertools import chain, count

import pytest
from bson import ObjectId

from prismongo.query.values import generated
from prismongo.query.values.generated import generate, object_id
from prismongo.schema.datamodel import Field, Function
from prismongo.schema.parser import parse

SCHEMA = """
datasource db {
  provider = "mongodb"
  url      = "x"
}

model Made {
  id     String @id @default(auto()) @map("_id") @db.ObjectId
  cuid   String @default(cuid())
  cuid1  String @default(cuid(1))
  cuid2  String @default(cuid(2))
  uuid   String @default(uuid())
  uuid4  String @default(uuid(4))
  uuid7  String @default(uuid(7))
  ulid   String @default(ulid())
  nanoid String @default(nanoid())
  short  String @default(nanoid(5))
  now    DateTime @default(now())
}
"""
FIELDS = parse(SCHEMA).model["Made"].by_name
UUID = "[0-9a-f]{8}-[0-9a-f]{4}-%s[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
FORMATS = {
    "cuid": "c[0-9a-z]{24}",
    "cuid1": "c[0-9a-z]{24}",
    "cuid2": "[a-z][0-9a-z]{23}",
    "uuid": UUID % "4",
    "uuid4": UUID % "4",
    "uuid7": UUID % "7",
    "ulid": "[0-7][0-9A-HJKMNP-TV-Z]{25}",
    "nanoid": "[0-9A-Za-z_-]{21}",
    "short": "[0-9A-Za-z_-]{5}",
}
TEXTS = [name for name in FORMATS if name != "short"]
CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def made(name: str) -> object:
    field: Field = FIELDS[name]
    assert isinstance(field.default, Function)
    return generate(field, field.default.name, field.default.arguments)


def text(name: str) -> str:
    value = made(name)
    assert isinstance(value, str)
    return value


@pytest.mark.parametrize("name", FORMATS)
def test_has_its_format(name: str) -> None:
    for _ in range(100):
        assert re.fullmatch(FORMATS[name], text(name))


@pytest.mark.parametrize("name", TEXTS)
def test_is_never_made_twice(name: str) -> None:
    assert len({text(name) for _ in range(5000)}) == 5000


def test_cuid2_shows_neither_time_nor_order() -> None:
    ids = [text("cuid2") for _ in range(200)]
    assert ids != sorted(ids)
    assert len({one[:2] for one in ids}) > 50


def test_ulid_begins_with_the_time() -> None:
    before = time.time_ns() // 1_000_000
    moment = 0
    for letter in text("ulid")[:10]:
        moment = moment * 32 + CROCKFORD.index(letter)
    assert before <= moment <= time.time_ns() // 1_000_000


def test_uuid7_begins_with_the_time() -> None:
    before = time.time_ns() // 1_000_000
    moment = uuid.UUID(text("uuid7")).int >> 80
    assert before <= moment <= time.time_ns() // 1_000_000


@pytest.mark.parametrize("name", ["ulid", "uuid7"])
def test_sorts_by_the_time(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    moments = [0, 1, 31, 32, 1_700_000_000_000, 1_700_000_000_001, 2**48 - 1]
    ids = []
    for moment in moments:
        monkeypatch.setattr(time, "time_ns", lambda moment=moment: moment * 1_000_000)
        ids.append(text(name))
    assert ids == sorted(ids)


def test_an_object_id_has_time_process_and_counter() -> None:
    before = int(time.time())
    ids = [object_id() for _ in range(5000)]
    after = int(time.time())
    assert before <= int(ids[0].generation_time.timestamp())
    assert int(ids[-1].generation_time.timestamp()) <= after
    assert len({each.binary[4:9] for each in ids}) == 1
    counters = [int.from_bytes(each.binary[9:]) for each in ids]
    assert [(each - counters[0]) % 2**24 for each in counters] == list(range(5000))
    assert all(ObjectId.is_valid(each) for each in ids)


def test_the_counter_of_object_ids_begins_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(generated, "_object_id_counter", count(2**24 - 1))
    assert [object_id().binary[9:] for _ in range(2)] == [b"\xff\xff\xff", b"\0\0\0"]


def test_object_ids_of_threads_differ() -> None:
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: [object_id() for _ in range(2000)], range(8)))
    assert len(set(chain(*made))) == 16_000


@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes do not fork here")
@pytest.mark.parametrize("fork", ["os.fork()", "ctypes.CDLL(None).fork()"])
def test_object_ids_of_a_forked_process_are_others(fork: str) -> None:
    code = (
        "import ctypes, os, sys\n"
        "from prismongo.query.values.generated import object_id\n"
        f"object_id(); child = {fork}\n"
        "ids = [object_id().binary[4:9].hex() for _ in range(2)]\n"
        "os.write(1, (' '.join(ids) + ' ').encode())\n"
        "os.waitpid(child, 0) if child else os._exit(0)"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert sorted(Counter(done.stdout.split()).values()) == [2, 2]


def test_auto_is_an_object_id_and_now_a_moment() -> None:
    assert isinstance(made("id"), ObjectId)
    moment = made("now")
    assert isinstance(moment, datetime)
    assert abs((datetime.now(UTC) - moment).total_seconds()) < 5


def test_another_function_has_no_value() -> None:
    with pytest.raises(LookupError, match=r"sequence\(\) has no value on MongoDB"):
        generate(FIELDS["cuid"], "sequence", ())
