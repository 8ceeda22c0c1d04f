"""decode: rows → the answer, by a reader that is compiled once per model and selection.

There are two forms: `wire`, the JSON that Prisma's engine returns, and instances of the generated
models. If a stored value has the wrong type, or a required value is missing, the error names model,
field and id.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol, assert_never

from bson import Code
from prisma.errors import DataError

from prismongo.errors import data_error
from prismongo.query.decode.columns import (
    Column,
    Read,
    Reader,
    composite_element,
    composite_path,
    element,
    fast_path,
    has_default,
)
from prismongo.query.errors.stored import dangling, id_of, null, of_record, wrong_type
from prismongo.query.nodes.operations import Aggregated, AggregateRecords, GroupRecords
from prismongo.query.nodes.rows import Row
from prismongo.query.nodes.selections import (
    CompositeOutput,
    CountOutput,
    Output,
    RelationOutput,
    ScalarOutput,
    Selected,
    Structure,
)
from prismongo.query.nodes.steps import RELATED, Aggregation
from prismongo.query.values.bson_types import bson_type
from prismongo.query.values.fields import encode_constant, field_encoder
from prismongo.query.values.scalars import SCALARS
from prismongo.schema.datamodel import Datamodel, Field, Literals, Model


class Form(Protocol):
    """How a record is built: as JSON, or as an instance of a class."""

    is_wire: bool

    def compile(self, columns: Sequence[Column], *, is_whole: bool) -> Reader:
        """A reader of rows into records of these columns.

        Args:
            columns: what the records hold.
            is_whole: whether a class selects them; else a call does, name by name.
        """

    def nested(self, name: str) -> Form:
        """The form of what stands under `name`: records of a relation, or composite values."""


class WireForm:
    """Records as JSON objects."""

    is_wire = True

    def compile(self, columns: Sequence[Column], *, is_whole: bool) -> Reader:
        """Plain dicts, in the order of the selection."""
        pairs = tuple((column.name, column.read) for column in columns)
        return Reader(
            lambda row: {name: read(row) for name, read in pairs},
            lambda rows: [{name: read(row) for name, read in pairs} for row in rows],
        )

    def nested(self, name: str) -> Form:
        """The same."""
        return self


class PythonForm(WireForm):
    """Python's values in dicts: of an aggregate, and of raw operations, as they are stored."""

    is_wire = False


WIRE = WireForm()
PYTHON = PythonForm()

READERS = 1_000
"""How many compiled readers are kept. Selections come from code, which has fewer."""


class Decoder:
    """Compiles readers for one datamodel."""

    def __init__(self, datamodel: Datamodel) -> None:
        self._datamodel = datamodel
        self._readers: dict[tuple[Structure, Form], Reader] = {}

    def records(self, selected: Selected, form: Form) -> Read:
        """A reader of one row of a selection."""
        return self.reader(selected, form).one

    def reader(self, selected: Selected, form: Form) -> Reader:
        """A reader of rows of a selection; selections of the same fields share it."""
        key = (selected.structure, form)
        reader = self._readers.get(key)
        if reader is None:
            if len(self._readers) >= READERS:
                self._readers.clear()
            reader = self._readers[key] = self._compile(selected, form)
        return reader

    def _compile(self, selected: Selected, form: Form) -> Reader:
        columns = [self._column(selected.model, item, form) for item in selected.outputs]
        return form.compile(columns, is_whole=selected.declared is not None)

    def _column(self, model: Model, output: Output, form: Form) -> Column:
        match output:
            case ScalarOutput():
                return self._scalar(model.name, output, form)
            case CompositeOutput():
                column = self._composite(model.name, output, form)
                return replace(column, read=_with_id(column.read))
            case RelationOutput():
                return Column(output.link.field.name, self._relation(output, form))
            case CountOutput():
                key = RELATED + "_count"
                return Column("_count", lambda row: row[key])
            case _:
                assert_never(output)

    # --- stored values ---

    def _scalar(self, owner: str, output: ScalarOutput, form: Form) -> Column:
        field = output.field
        read = self._stored(owner, field, self._one(field, form))
        enum = self._datamodel.enum[field.type] if field.kind == "enum" else None
        return Column(field.name, read, fast_path(field, enum), element(field, enum))

    def _one(self, field: Field, form: Form) -> Callable[[Any], Any]:
        if field.kind == "enum":
            enum = self._datamodel.enum[field.type]
            return lambda value: _enum_member(enum.members, value)
        scalar = SCALARS[field.type]
        return scalar.wire if form.is_wire else scalar.python

    def _stored(self, owner: str, field: Field, one: Callable[[Any], Any]) -> Read:
        name = field.db_name
        if field.is_list:
            return lambda row: _read_list(owner, field, row, one)
        default = self._default(field, one)

        def read(row: Row) -> Any:
            value = row.get(name)
            if value is None:
                if default is not None:
                    return default()
                if field.is_required:
                    raise null(owner, field, row)
                return None
            try:
                return one(value)
            except ValueError:
                raise wrong_type(owner, field, row, value) from None

        return read

    def _default(self, field: Field, one: Callable[[Any], Any]) -> Callable[[], Any] | None:
        """Prisma reads null and missing as the constant default of a required field."""
        if not isinstance(field.default, Literals) or not has_default(field):
            return None
        encode = field_encoder(self._datamodel, field)
        stored = encode_constant(encode, field, field.default.value)
        return lambda: one(stored)

    def _composite(self, owner: str, output: CompositeOutput, form: Form) -> Column:
        field, inner = output.field, form.nested(output.field.name)
        names = f"{owner}.{field.name}"
        columns = [self._member(names, item, inner) for item in output.outputs]
        reader = inner.compile(columns, is_whole=False)
        read = self._stored(owner, field, _value_reader(reader))
        return Column(
            field.name, read, composite_path(field, reader), composite_element(field, reader)
        )

    def _member(self, owner: str, output: ScalarOutput | CompositeOutput, form: Form) -> Column:
        match output:
            case ScalarOutput():
                return self._scalar(owner, output, form)
            case CompositeOutput():
                return self._composite(owner, output, form)
            case _:
                assert_never(output)

    # --- relations ---

    def _relation(self, output: RelationOutput, form: Form) -> Read:
        link, key = output.link, RELATED + output.link.field.name
        reader = self.reader(output.selected, form.nested(link.field.name))
        if link.field.is_list:
            return lambda row: reader.many(row[key])

        def read_one(row: Row) -> Any:
            child = row[key]
            if child is None:
                if link.field.is_required and link.holds_key:
                    raise dangling(link.model.name, link.field.name, row)
                return None
            return reader.one(child)

        return read_one

    # --- aggregates ---

    def aggregate(self, operation: AggregateRecords, form: Form) -> Callable[[Row], dict[str, Any]]:
        """A reader of the row of an aggregate."""
        return lambda row: self._aggregated(operation.aggregated, row, form)

    def groups(self, operation: GroupRecords, form: Form) -> Callable[[Row], dict[str, Any]]:
        """A reader of the rows of a groupBy."""
        readers = [
            (field.name, self._group_value(operation.model.name, field, form))
            for field in operation.outputs
        ]
        return lambda row: (
            {name: read(row) for name, read in readers}
            | self._aggregated(operation.aggregated, row, form)
        )

    def _group_value(self, owner: str, field: Field, form: Form) -> Read:
        one = self._one(field, form)

        def read(row: Row) -> Any:
            value = row.get(field.db_name)
            if field.is_list:
                return [one(item) for item in value or ()]
            try:
                return None if value is None else one(value)
            except ValueError:
                raise wrong_type(owner, field, row, value) from None

        return read

    def _aggregated(self, aggregated: Aggregated, row: Row, form: Form) -> dict[str, Any]:
        answer: dict[str, Any] = {}
        for name, members in aggregated.outputs:
            match members:
                case Aggregation():
                    answer[name] = self._aggregate_value(members, row, form)
                case tuple():
                    answer[name] = {
                        key: self._aggregate_value(item, row, form) for key, item in members
                    }
                case _:
                    assert_never(members)
        return answer

    def _aggregate_value(self, item: Aggregation, row: Row, form: Form) -> Any:
        value = row.get(item.key)
        match item.kind:
            case "count":
                return int(value or 0)
            case "sum":  # one of BigInt may be a double
                return self._field_value(item, value, form, "P2020")
            case "avg" | "min" | "max":
                return self._field_value(item, value, form, "P2023")
            case _:
                assert_never(item.kind)

    def _field_value(self, item: Aggregation, value: Any, form: Form, code: str) -> Any:
        if value is None or item.field is None:
            return None
        try:
            if item.kind == "avg":
                scalar = SCALARS[SCALARS[item.field.type].average or item.field.type]
                return scalar.wire(value) if form.is_wire else scalar.python(value)
            return self._one(item.field, form)(value)
        except ValueError as error:
            reason = (
                f"The {item.kind} of {item.field.name} is a {error}, which no {item.field.type} is"
            )
            raise data_error(code, f"{reason}.", {"field": item.field.name}) from None


def _read_list(owner: str, field: Field, row: Row, one: Callable[[Any], Any]) -> list[Any]:
    value = row.get(field.db_name)
    if value is None:
        return []
    if not isinstance(value, list):
        raise wrong_type(owner, field, row, value)
    try:
        return [one(item) for item in value]
    except ValueError:
        raise wrong_type(owner, field, row, value) from None


def _value_reader(reader: Reader) -> Callable[[Any], Any]:
    """A reader of the values of a composite."""

    def read(value: Any) -> Any:
        if not isinstance(value, dict):
            raise ValueError(bson_type(value))
        return reader.one(value)

    return read


def _with_id(read: Read) -> Read:
    """A reader of a composite; its errors name the record that the composite is part of."""

    def named(row: Row) -> Any:
        try:
            return read(row)
        except DataError as error:
            if "id" in error.meta:
                raise
            message = f"{error} It stands in a composite{of_record(row)}."
            raise data_error(error.code, message, error.meta | id_of(row)) from None

    return named


def _enum_member(members: Mapping[str, str], value: Any) -> str:
    is_text = isinstance(value, str) and not isinstance(value, Code)  # a str without a hash
    found = members.get(value) if is_text else None
    if found is None:
        raise ValueError(bson_type(value))
    return found
