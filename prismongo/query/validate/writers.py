"""Writers: the data of a write → a document, or updates, by functions generated once a model.

They are for data without relations, which are most. A value of the type that is nearly always given
is encoded by an expression (`ScalarType.given`), any other by `Values`. Where something is wrong a
function fails in any way, and `DataValidator` goes through the data field by field and says what.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, Final

from prisma.errors import PrismaError

from prismongo.query.nodes.filters import Path
from prismongo.query.nodes.updates import Set
from prismongo.query.validate.layouts import NO_DEFAULT, Layouts, Part
from prismongo.query.validate.moment import Moment
from prismongo.query.validate.values import Values
from prismongo.query.values.scalars import is_any, scalar_of
from prismongo.schema.datamodel import Datamodel, Field, Model

Document = dict[str, Any]
Present = Callable[[Field], object]
"""The time of the request, as a field stores it."""

_Setters = tuple[dict[str, tuple[Path, Callable[[Any], object]]], tuple[Field, ...]]
"""By a field's name its path, and what stores a value; and the fields that an update stamps."""

_Write = Callable[[Mapping[str, Any], Present], Document]
_WriteAll = Callable[[Sequence[Mapping[str, Any]], Present], list[Document]]

MANY: Final = 100
"""For so many new records with the same fields a function of their own is generated."""

FUNCTIONS: Final = 100
"""How many of these are kept."""

_FAILURES: Final = (PrismaError, LookupError, TypeError, ValueError, RecursionError)


class Writers:
    """The writers of one datamodel's models."""

    def __init__(self, datamodel: Datamodel, values: Values, layouts: Layouts) -> None:
        self._datamodel = datamodel
        self._values = values
        self._layouts = layouts
        self._known: dict[str, _Write] = {}
        self._alike: dict[tuple[str, frozenset[str]], _WriteAll] = {}
        self._setters: dict[str, _Setters] = {}

    def new(self, model: Model, given: object) -> Document | None:
        """The same as `document`, of a request of its own."""
        return self.document(model, given, Moment()) if type(given) is dict else None

    def document(self, model: Model, given: Mapping[str, Any], present: Present) -> Document | None:
        """The document of new data; None where it must be looked at field by field."""
        try:
            return self._writer(model)(given, present)
        except _FAILURES:
            return None

    def documents(
        self, model: Model, given: object, present: Present
    ) -> tuple[Document, ...] | None:
        """The documents of a list of new data; None where one must be looked at field by field."""
        if type(given) is not list or set(map(type, given)) != {dict}:
            return None
        try:
            write_all = self._writer_of_all(model, given)
            if write_all is not None:
                return tuple(write_all(given, present))
            write = self._writer(model)
            return tuple([write(each, present) for each in given])
        except _FAILURES:
            return None

    def _writer_of_all(self, model: Model, given: Sequence[Mapping[str, Any]]) -> _WriteAll | None:
        """The function for all of many; None where their fields differ, or they are few."""
        names = given[0].keys()
        if len(given) < MANY or any(each.keys() != names for each in given):
            return None
        key = model.name, frozenset(names)
        write = self._alike.get(key)
        if write is None:
            if len(self._alike) >= FUNCTIONS:
                self._alike.clear()
            write = self._alike[key] = self._compile_all(model, key[1])
        return write

    def _writer(self, model: Model) -> _Write:
        write = self._known.get(model.name)
        if write is None:
            write = self._known[model.name] = self._compile(model)
        return write

    def sets(self, model: Model, given: object) -> tuple[Set, ...] | None:
        """The updates of data that gives fields new values; None where it must be looked at."""
        if type(given) is not dict:
            return None
        found = self._setters.get(model.name)
        if found is None:
            found = self._setters[model.name] = self._setters_of(model)
        setters, stamps = found
        updates: list[Set] = []
        try:
            for name, value in given.items():
                path, encode = setters[name]
                updates.append(Set(path, encode(value)))
        except _FAILURES:
            return None
        if stamps and updates:
            present = Moment()
            updates += [
                Set((each.db_name,), present(each)) for each in stamps if each.name not in given
            ]
        return tuple(updates)

    def _setters_of(self, model: Model) -> _Setters:
        """Of fields that hold values of one type: what is written is a value, or it is refused."""
        known: dict[str, Any] = {}
        paths: dict[str, tuple[Path, str]] = {}
        for number, field in enumerate(model.stored_fields):
            if not (field.is_id or field.ignored or field.kind == "composite" or is_any(field)):
                paths[field.name] = (field.db_name,), self._given(field, number, known)
        parts = [
            f"{name!r}: ({path!r}, lambda v: {value})" for name, (path, value) in paths.items()
        ]
        exec(f"setters = {{{', '.join(parts)}}}", known)  # noqa: S102 - the same
        stamps = tuple([field for field in model.stored_fields if field.is_updated_at])
        return known["setters"], stamps

    def _compile(self, model: Model) -> _Write:
        """The function for new data of any fields."""
        layout = self._layouts.of(model)
        known: dict[str, Any] = {"absent": object(), "names": _names(layout)}
        lines: list[str] = []
        for number, part in enumerate(layout):
            target, default = f"document[{part.db_name!r}]", self._default(part, number, known)
            lines.append(
                f"    v = get({part.name!r}, absent)\n"
                f"    if v is not absent:\n"
                f"        {target} = {self._given(part.field, number, known)}\n"
                + (f"    else:\n        {target} = {default}\n" if default else "")
            )
        return _compiled(_ONE.format(lines="".join(lines)), known)

    def _compile_all(self, model: Model, names: frozenset[str]) -> _WriteAll:
        """The function for a list of new data, each with exactly the fields of these names.

        Raises:
            LookupError: there is no such field, or one is missing.
        """
        layout = self._layouts.of(model)
        if not names <= _names(layout):
            raise LookupError(names)
        known: dict[str, Any] = {}
        moments, lines = [], []
        for number, part in enumerate(layout):
            if part.name in names:
                lines.append(f"        v = given[{part.name!r}]\n")
                value = self._given(part.field, number, known)
            elif part.is_needed:
                raise LookupError(part.name)
            else:
                value = self._default(part, number, known)
                if part.is_now:  # one moment for all of them
                    moments.append(f"    now{number} = {value}\n")
                    value = f"now{number}"
            if value:
                lines.append(f"        document[{part.db_name!r}] = {value}\n")
        return _compiled(_ALL.format(moments="".join(moments), lines="".join(lines)), known)

    def _given(self, field: Field, number: int, known: dict[str, Any]) -> str:
        known[f"slow{number}"] = partial(_whole, self._values, field)
        if field.is_list or field.kind == "composite":
            return f"slow{number}(v)"
        if field.kind == "enum":
            known[f"members{number}"] = self._datamodel.enum[field.type].stored
            members = f"members{number}"
            return f"{members}[v] if type(v) is str else slow{number}(v)"
        given = scalar_of(field).given
        if given is None:
            return f"slow{number}(v)"
        known.update(given.names)
        return f"{given.value} if {given.test} else slow{number}(v)"

    def _default(self, part: Part, number: int, known: dict[str, Any]) -> str:
        if part.fixed is not NO_DEFAULT:
            known[f"fixed{number}"] = part.fixed
            return f"fixed{number}"
        if part.make is not None:
            known[f"make{number}"] = part.make
            return f"make{number}()"
        if part.is_now:
            known[f"field{number}"] = part.field
            return f"present(field{number})"
        return "missing()" if part.is_needed else ""


_ONE: Final = """
def missing():
    raise LookupError

def write(given, present):
    if not given.keys() <= names:
        raise LookupError
    get = given.get
    document = {{}}
{lines}    return document
"""

_ALL: Final = """
def write(many, present):
{moments}    documents = []
    for given in many:
        document = {{}}
{lines}        documents.append(document)
    return documents
"""


def _names(layout: Sequence[Part]) -> frozenset[str]:
    """The fields that data may give."""
    return frozenset(part.name for part in layout if not part.field.ignored)


def _compiled(source: str, known: dict[str, Any]) -> Callable[..., Any]:
    exec(source, known)  # noqa: S102 - made of the schema's names, quoted, and of nothing else
    write: Callable[..., Any] = known["write"]
    return write


def _whole(values: Values, field: Field, value: object) -> object:
    return values.whole(field, value, (field.name,))
