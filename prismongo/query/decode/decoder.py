"""decode: rows → the answer, by a reader that is compiled once per model and selection.

There are two forms: `wire`, the JSON that Prisma's engine returns, and instances of the generated
models. If a stored value has the wrong type, or a required value is missing, the error names model,
field and id.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, assert_never

from prismongo.errors import data_error
from prismongo.query.decode.columns import Column, Read, Reader
from prismongo.query.decode.forms import Form
from prismongo.query.decode.stored import StoredColumns, read_list
from prismongo.query.errors.stored import dangling, wrong_type
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
from prismongo.query.values.scalars import SCALARS
from prismongo.schema.datamodel import Datamodel, Field, Model

READERS = 1_000
"""How many compiled readers are kept. Selections come from code, which has fewer."""


class Decoder:
    """Compiles readers for one datamodel."""

    def __init__(self, datamodel: Datamodel) -> None:
        self._stored = StoredColumns(datamodel)
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
                self._stored.forget()
            reader = self._readers[key] = self._compile(selected, form)
        return reader

    def _compile(self, selected: Selected, form: Form) -> Reader:
        columns = [self._column(selected.model, item, form) for item in selected.outputs]
        return form.compile(columns, is_whole=selected.declared is not None)

    def _column(self, model: Model, output: Output, form: Form) -> Column:
        match output:
            case ScalarOutput() | CompositeOutput():
                return self._stored.column(model.name, output, form)
            case RelationOutput():
                return Column(output.link.field.name, self._relation(output, form))
            case CountOutput():
                key = RELATED + "_count"
                return Column("_count", lambda row: row[key])
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
        one = self._stored.one(field, form)
        if field.is_list:
            return lambda row: read_list(field, row, one, partial(wrong_type, owner))

        def read(row: Row) -> Any:
            value = row.get(field.db_name)
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
            return self._stored.one(item.field, form)(value)
        except ValueError as error:
            reason = (
                f"The {item.kind} of {item.field.name} is a {error}, which no {item.field.type} is"
            )
            raise data_error(code, f"{reason}.", {"field": item.field.name}) from None
