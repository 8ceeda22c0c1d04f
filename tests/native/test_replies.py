"""Replies are split, and their rows are dicts as the driver's are."""

from __future__ import annotations

import inspect
import pickle
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final

import bson
import pytest
from bson import Decimal128, Int64, MinKey, ObjectId, Regex, Timestamp
from bson.errors import InvalidBSON
from pymongo.asynchronous.cursor import AsyncCursor

from prismongo import native
from prismongo.native import _rows
from prismongo.stores.mongo import accelerator, replies
from prismongo.stores.mongo.replies import (
    REPLIES,
    SEAM,
    StoredReply,
    StoredRow,
    StoredRows,
    is_seam,
)
from prismongo.stores.rows import ROWS
from tests.hostile_documents import BAD, VALUES, document, text_of
from tests.native.everything import reply_of, rows_of

Row = dict[str, Any]

DOCUMENT: Row = {"_id": 1, "a": "x", "b": [1, {"c": None}], "d": {"e": 1}, "f": 2, "g": None}


def raw(*elements: tuple[bytes, bytes, bytes]) -> bytes:
    return bytes(document(*elements).raw)


def row() -> Any:
    (found,) = rows_of([bson.encode(DOCUMENT)])
    assert type(found) is StoredRow
    return found


# --- the seam ---


def test_the_driver_has_the_seam_that_we_know() -> None:
    unpack = AsyncCursor._unpack_response
    assert tuple(inspect.signature(unpack).parameters) == SEAM
    assert tuple(inspect.signature(StoredRows._unpack_response).parameters) == SEAM
    assert is_seam(unpack)


@pytest.mark.parametrize("other", [None, lambda self, response: None])
def test_with_another_seam_the_drivers_cursor_serves(
    other: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(native.SWITCH, raising=False)
    assert accelerator.cursor_of_rows() is StoredRows
    monkeypatch.setattr(AsyncCursor, "_unpack_response", other, raising=False)
    assert accelerator.cursor_of_rows() is AsyncCursor
    assert accelerator.state() == "driver not known"


def test_the_switch_turns_it_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(native.SWITCH, "0")
    assert accelerator.cursor_of_rows() is AsyncCursor
    assert accelerator.state() == "turned off"
    monkeypatch.setenv(native.SWITCH, "1")
    assert accelerator.state() == "in use"


def test_without_the_extension_everything_is_there() -> None:
    code = (
        "import sys; sys.modules['prismongo.native._rows'] = None\n"
        "import prismongo.engine, prismongo.stores.mongo, prismongo.query.decode.shapes\n"
        "from prismongo.stores.mongo import accelerator; print(accelerator.state())"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout == "not built\n"


# --- replies ---


@pytest.mark.parametrize("name", ["firstBatch", "nextBatch"])
def test_the_rest_of_a_reply_is_left_to_the_driver(name: str) -> None:
    reply = {"ok": 1.0, "cursor": {"id": 7, name: [DOCUMENT] * 3, "ns": "a.b"}, "$clusterTime": {}}
    parts = _rows.split(bson.encode(reply), StoredRow)
    assert parts is not None
    rest, found, rows = parts
    assert found == name
    assert rows == [DOCUMENT] * 3
    assert bson.decode(rest) == reply | {"cursor": {"id": 7, name: [], "ns": "a.b"}}


def test_what_a_command_answers_is_a_dict_of_which_the_rows_are_bytes() -> None:
    reply = {"ok": 1.0, "cursor": {"id": 7, "firstBatch": [DOCUMENT] * 3, "ns": "a.b"}, "a": {}}
    found = bson.decode(bson.encode(reply), REPLIES)
    assert isinstance(found, dict)
    assert [type(each) for each in found["cursor"]["firstBatch"]] == [StoredRow] * 3
    assert {type(each) for each in (found["cursor"], found["a"])} == {dict}
    assert found == reply


def test_an_answer_without_rows_is_decoded() -> None:
    reply = {"ok": 0.0, "errmsg": "x", "code": 1, "topologyVersion": {"counter": Int64(1)}}
    found: Any = bson.decode(bson.encode(reply), REPLIES)
    assert found == reply
    assert type(found["topologyVersion"]) is dict


def test_what_the_driver_has_read_it_can_write() -> None:
    reply = {"ok": 1.0, "cursor": {"id": 7, "firstBatch": [DOCUMENT] * 2, "ns": "a.b"}}
    for sent in (reply, {"ok": 0.0, "errmsg": "x"}):
        found = bson.decode(bson.encode(sent), REPLIES)
        assert bson.decode(bson.encode(found)) == sent
        assert bson.decode(bson.encode({"a": [found]})) == {"a": [sent]}
    for known in (row(), changed(row())):
        assert bson.decode(bson.encode(known)) == dict(known)
        assert bson.decode(bson.encode({"a": known})) == {"a": dict(known)}


def changed(found: Row) -> Row:
    found["a"] = "changed"
    return found


@pytest.mark.parametrize("error", [TypeError, InvalidBSON])
def test_a_driver_that_makes_another_reply_is_not_known(
    error: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        raise error

    monkeypatch.setattr(StoredReply, "__init__", fail)
    monkeypatch.delenv(native.SWITCH, raising=False)
    assert accelerator.state() == "driver not known"


def test_a_driver_that_gives_no_bytes_is_not_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(native.SWITCH, raising=False)
    assert accelerator.options_of_replies(accelerator.cursor_of_rows()) is REPLIES
    monkeypatch.setattr(replies, "REPLIES", ROWS)
    assert accelerator.state() == "driver not known"
    assert accelerator.options_of_replies(accelerator.cursor_of_rows()) is ROWS


def test_turned_off_commands_answer_dicts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(native.SWITCH, "0")
    assert accelerator.options_of_replies(accelerator.cursor_of_rows()) is ROWS


OTHER: dict[str, bytes] = {
    "an error": bson.encode({"ok": 0.0, "errmsg": "x", "code": 1}),
    "no batch": bson.encode({"cursor": {"id": 1}}),
    "a cursor that is none": bson.encode({"cursor": 1}),
    "a batch of numbers": bson.encode({"cursor": {"firstBatch": [1]}}),
    "nothing": b"",
    "less": reply_of([])[:-1],
    "more": reply_of([]) + b"\0",
}


@pytest.mark.parametrize("reply", OTHER.values(), ids=OTHER)
def test_another_reply_is_left_to_the_driver(reply: bytes) -> None:
    assert _rows.split(reply, StoredRow) is None


def test_rows_outlive_the_bytes_of_the_reply() -> None:
    reply = bytearray(reply_of([bson.encode(DOCUMENT)]))
    parts = _rows.split(memoryview(reply), StoredRow)
    assert parts is not None
    reply[:] = bytes(len(reply))
    del parts[2][1:], reply
    assert parts[2] == [DOCUMENT]


@pytest.mark.parametrize("value", VALUES.values(), ids=VALUES)
def test_a_row_is_what_the_driver_decodes(value: Any) -> None:
    encoded = bson.encode({"_id": 1, "a": value, "b": [value, {"c": value}]})
    (found,) = rows_of([encoded])
    assert repr(dict(found)) == repr(bson.decode(encoded, ROWS))


@pytest.mark.parametrize(
    "bad",
    [
        raw((b"\x02", b"a", BAD)),
        raw((b"\x02", b"\xff", text_of(b"x"))),
        raw((b"\x04", b"a", raw((b"\x02", b"0", BAD)))),
        raw((b"\x03", b"a", raw((b"\x02", b"\xed\xa0\x80", text_of(b"x"))))),
        raw((b"\x08", b"a", b"\x02")),
    ],
)
def test_what_the_driver_cannot_decode_is_its_error(bad: bytes) -> None:
    with pytest.raises(InvalidBSON):
        rows_of([bad])


TEXTS = (
    *(b"", b"a" * 7, b"a" * 8, b"a" * 9, "é".encode(), "€".encode(), "😀".encode()),
    *(b"\x80", b"\xc0\x80", b"\xc1\xbf", b"\xc2", b"\xe0\x80\x80", b"\xe0\xa0", b"\xed\x9f\xbf"),
    *(
        b"\xed\xa0\x80",
        b"\xef\xbf\xbf",
        b"\xf0\x8f\xbf\xbf",
        b"\xf0\x90\x80\x80",
        b"\xf4\x8f\xbf\xbf",
    ),
    *(b"\xf4\x90\x80\x80", b"\xf5\x80\x80\x80", b"aaaaaaa\xc3", b"aaaaaaaa\xc3\xa9\xff"),
)


@pytest.mark.parametrize("text", TEXTS)
def test_utf_8_is_what_python_says_it_is(text: bytes) -> None:
    encoded = raw((b"\x02", b"a", text_of(text)))
    try:
        expected: Any = {"a": text.decode()}
    except UnicodeDecodeError:
        with pytest.raises(InvalidBSON):
            rows_of([encoded])
    else:
        (found,) = rows_of([encoded])
        assert type(found) is StoredRow
        assert found == expected


# --- rows ---


def test_a_row_decodes_what_it_is_asked_for() -> None:
    found = row()
    assert (found["_id"], found.get("b"), found.get("z"), found.get("z", 5)) == (
        1,
        [1, {"c": None}],
        None,
        5,
    )
    assert dict.__len__(found) == 2
    with pytest.raises(KeyError, match="z"):
        found["z"]
    assert found.get(5) is None
    assert dict.__len__(found) == len(DOCUMENT)  # after a few values it is decoded as a whole
    assert found == DOCUMENT


@pytest.mark.parametrize(
    "value",
    [
        *(ObjectId("507f1f77bcf86cd799439011"), "", "é\0\U0001f600", 0, -(2**31), 2**31 - 1),
        *(2**31, -(2**63), True, None, 1.5, -0.0, b"a", Int64(1), Decimal128("1.50")),
        *(datetime(2025, 6, 1, tzinfo=UTC), Timestamp(1, 2), Regex("a"), MinKey()),
        *([1, "a"], {"a": ObjectId("507f1f77bcf86cd799439011")}),
    ],
)
def test_a_value_that_is_asked_for_alone_is_that_of_the_driver(value: Any) -> None:
    encoded = bson.encode({"_id": 1, "a": value, "b": 2})
    (found,) = rows_of([encoded])
    expected = bson.decode(encoded, ROWS)["a"]
    assert (type(found["a"]), found.get("a")) == (type(expected), expected)
    assert found == bson.decode(encoded, ROWS)


def test_of_two_elements_of_a_name_the_last_counts() -> None:
    element = bson.encode({"a": 1})[4:-1]
    body = element + bson.encode({"a": 2})[4:-1] + b"\0"
    (found,) = rows_of([(len(body) + 4).to_bytes(4, "little") + body])
    assert found["a"] == 2


READ: dict[str, Callable[[Row], Any]] = {
    "__contains__": lambda row: ("a" in row, "z" in row),
    "__eq__": lambda row: (row == dict(DOCUMENT), dict(DOCUMENT) == row, row == {}),
    "__iter__": list,
    "__len__": len,
    "__ne__": lambda row: row != DOCUMENT,
    "__or__": lambda row: row | {"z": 1},
    "__repr__": repr,
    "__reversed__": lambda row: list(reversed(row)),
    "__ror__": lambda row: {"z": 1} | row,
    "copy": lambda row: row.copy(),
    "items": lambda row: list(row.items()),
    "keys": lambda row: list(row.keys()),
    "values": lambda row: list(row.values()),
    "unpacked": lambda row: {**row},
    "a dict of it": dict,
    "pickled": lambda row: dict(pickle.loads(pickle.dumps(row))),  # noqa: S301 - our own
}


@pytest.mark.parametrize("read", READ.values(), ids=READ)
def test_a_row_reads_as_a_dict(read: Callable[[Row], Any]) -> None:
    assert read(row()) == read(dict(DOCUMENT))


CHANGED: dict[str, Callable[[Row], Any]] = {
    "__setitem__": lambda row: row.__setitem__("a", 2),
    "__delitem__": lambda row: row.__delitem__("a"),
    "__ior__": lambda row: row.__ior__({"a": 2, "z": 1}),
    "clear": lambda row: row.clear(),
    "pop": lambda row: row.pop("a"),
    "popitem": lambda row: row.popitem(),
    "setdefault": lambda row: (row.setdefault("a", 5), row.setdefault("z", 5)),
    "update": lambda row: row.update({"a": 2}, z=1),
}


@pytest.mark.parametrize("change", CHANGED.values(), ids=CHANGED)
def test_a_row_changes_as_a_dict(change: Callable[[Row], Any]) -> None:
    found, expected = row(), dict(DOCUMENT)
    assert change(found) == change(expected)
    assert found == expected
    assert found.get("a") == expected.get("a")


def test_every_method_of_a_dict_is_looked_at() -> None:
    known = {*READ, *CHANGED, "get", "__getitem__", "fromkeys"}
    others = {"__init__", "__new__", "__doc__", "__hash__", "__sizeof__", "__class_getitem__"}
    ordered = {"__ge__", "__gt__", "__le__", "__lt__", "__getattribute__"}
    assert set(vars(dict)) - known - others - ordered == set()


def test_what_a_plan_puts_beside_leaves_the_values_alone() -> None:
    found = row()
    found["\0posts"] = [1]
    assert found["\0posts"] == [1]
    assert dict.__len__(found) == 1
    assert found == {**DOCUMENT, "\0posts": [1]}


# --- the module ---


OTHER_INTERPRETER: Final = """
from importlib.machinery import ExtensionFileLoader, ModuleSpec
from importlib.util import module_from_spec
name, file = {0!r}, {1!r}
spec = ModuleSpec(name, ExtensionFileLoader(name, file), origin=file)
rows = module_from_spec(spec)
spec.loader.exec_module(rows)
assert rows.split(bytes(5), rows.Row) is None
"""
INTERPRETERS: Final = f"""
import sys
import prismongo.native._rows as rows
code = {OTHER_INTERPRETER!r}.format(rows.__name__, rows.__file__)
if sys.version_info >= (3, 13):
    import _interpreters as interpreters
    run, arguments = interpreters.exec, {{}}  # with a GIL of its own
else:
    import _xxsubinterpreters as interpreters
    run, arguments = interpreters.run_string, {{"isolated": False}}
made = interpreters.create(**arguments)
assert not run(made, code)
interpreters.destroy(made)
assert rows.split(bytes(5), rows.Row) is None
print("both")
"""


def test_two_interpreters_may_use_it() -> None:
    command = [sys.executable, "-c", INTERPRETERS]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("both\n", "")
