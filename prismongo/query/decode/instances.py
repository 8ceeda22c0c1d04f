"""Instances of generated models, by a reader whose code is generated per class and selection.

The code is generated because it is twice as fast as closures: it copies a dict and checks a few
types. If a value does not have the expected type, the `read` of its column is called.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from textwrap import indent
from typing import Any, Final

from prisma.errors import PrismaError
from pydantic import BaseModel

from prismongo.query.decode.columns import Column, FastPath, Reader
from prismongo.query.decode.selected_names import SharedNames, SharingNames
from prismongo.query.errors.stored import UnfitError
from prismongo.query.values.scalars import ROWS

_SETTERS: Final = {
    f"set_{name.strip('_')}": vars(BaseModel)[name].__set__
    for name in (
        "__dict__",
        "__pydantic_fields_set__",
        "__pydantic_extra__",
        "__pydantic_private__",
    )
}
"""The slots of pydantic. They are written directly: the values have been checked here."""

_FAILURES: Final = (AttributeError, LookupError, TypeError, ValueError, PrismaError)
"""How reading a list or a composite fails in which something is unexpected."""

_OF_RECORD: Final = (*_FAILURES, UnfitError, RecursionError)
"""The same for a field of a record, which reads once more what is wrong at any depth in it."""

_KNOWN: Final = {
    name: meaning
    for scalar in ROWS
    if scalar.expected is not None
    for name, meaning in scalar.expected.names.items()
}


def compile_ready(
    kind: type[BaseModel], columns: Sequence[Column], unselected: Mapping[str, Any]
) -> Reader:
    """A reader that turns rows into instances of `kind`, with the fields in the order of the class.

    Args:
        kind: a generated class.
        columns: the selected fields.
        unselected: the values of other fields, which are not set; what is neither is not there.
    """
    selected = {column.name for column in columns}
    values = blank_values(kind, selected, unselected)
    names: dict[str, Any] = {
        "FAILURES": _FAILURES,
        "OF_RECORD": _OF_RECORD,
        "UnfitError": UnfitError,
        **_KNOWN,
        **_SETTERS,
        "kind": kind,
        "new": kind.__new__,
    }
    names |= {"blank": values.copy, "selected": SharedNames(selected)}
    lines = [_line(column, number, names) for number, column in enumerate(columns)]
    fields_set = "selected" if issubclass(kind, SharingNames) else "set(selected)"
    record = _RECORD.format(lines="".join(lines), names=fields_set)
    source = _SOURCE.format(once=indent(record, "    "), each=indent(record, "        "))
    exec(source, names)  # noqa: S102 - made of the schema's names, quoted, and of nothing else
    return Reader(names["one"], names["many"])


def blank_values(
    kind: type[BaseModel], selected: set[str], unselected: Mapping[str, Any]
) -> dict[str, Any]:
    """The values of an instance before a row is read, in the order of the class."""
    return {
        name: None if name in selected else unselected[name]
        for name in kind.model_fields
        if name in selected or name in unselected
    }


_RECORD: Final = """\
get = row.get
values = blank()
{lines}instance = new(kind)
set_dict(instance, values)
set_pydantic_fields_set(instance, {names})
set_pydantic_extra(instance, None)
set_pydantic_private(instance, None)
"""

_SOURCE: Final = """
def one(row):
{once}
    return instance

def many(rows):
    instances = []
    add = instances.append
    for row in rows:
{each}
        add(instance)
    return instances
"""


def _line(column: Column, number: int, names: dict[str, Any]) -> str:
    """The statements that put the value of a column into `values`, which holds None for it."""
    target, slow = f"values[{column.name!r}]", f"r{number}(row)"
    names[f"r{number}"] = column.read
    fast = column.fast_path
    if fast is None:
        return f"{target} = {slow}\n"
    test, value = fast.test, fast.value
    for name, known in fast.names.items():
        names[f"{name}{number}"] = known
        test = test.replace(name, f"{name}{number}")
        value = value.replace(name, f"{name}{number}")
    head = f"v = get({fast.key!r})\n"
    if fast.may_fail:
        return head + _guarded(fast, column.name, target, test, value, slow)
    skip = "if v is not None: " if fast.may_be_null else ""
    return f"{head}{skip}{target} = {value} if {test} else {slow}\n"


def _guarded(fast: FastPath, name: str, target: str, test: str, value: str, slow: str) -> str:
    """The statements for a list or a composite: what in it is unexpected is read once more.

    Inside a composite an error goes on to the record: each level would double the reading.
    """
    nothing = f"if v is None or v == []:\n    {target} = []\nel" if fast.is_list else ""
    passed, failures = "", "OF_RECORD"
    if fast.is_inside:
        passed = f"    except UnfitError as error:\n        raise error.below({name!r})\n"
        failures = "FAILURES"
    otherwise = "elif v is not None" if fast.may_be_null else "else"
    return (
        f"{nothing}if {test}:\n"
        f"    try:\n"
        f"        {target} = {value}\n"
        f"{passed}"
        f"    except {failures}:\n"
        f"        {target} = {slow}\n"
        f"{otherwise}:\n"
        f"    {target} = {slow}\n"
    )
