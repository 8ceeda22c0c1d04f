"""Columns of stored fields: scalars, enums, and composites to any depth.

A composite that is selected whole is read by one reader for its type and form, wherever it stands.
So a type may stand within itself: its reader calls itself. What does not fit in a composite is an
`UnfitError` until the record is reached, which gives it the path and the id.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, assert_never

from bson import Code

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
from prismongo.query.decode.forms import Form
from prismongo.query.errors.stored import UnfitError, nested_too_deeply, unfit
from prismongo.query.nodes.rows import Row
from prismongo.query.nodes.selections import CompositeOutput, ScalarOutput, whole
from prismongo.query.values.bson_types import bson_type
from prismongo.query.values.fields import encode_constant, field_encoder
from prismongo.query.values.scalars import SCALARS
from prismongo.schema.datamodel import Datamodel, Field, Literals

ErrorOf = Callable[[Field, Row, Any], Exception]
"""The error of a field's value in a row; None: null or missing, in a required field."""


class StoredColumns:
    """Makes the columns of stored fields, for one datamodel."""

    def __init__(self, datamodel: Datamodel) -> None:
        self._datamodel = datamodel
        self._readers: dict[tuple[str, Form], Reader] = {}

    def column(self, model: str, output: ScalarOutput | CompositeOutput, form: Form) -> Column:
        """The column of a record's field; what does not fit is a DataError."""
        of_record = partial(unfit, model)
        match output:
            case ScalarOutput(field):
                return self._scalar(field, form, of_record)
            case CompositeOutput(field):
                column = self._composite(output, form, of_record)
                return replace(column, read=_of_record(model, field, column.read))
            case _:
                assert_never(output)

    def forget(self) -> None:
        """Drop the readers of composites, which are made again."""
        self._readers.clear()

    def one(self, field: Field, form: Form) -> Callable[[Any], Any]:
        """What reads one value of a scalar or an enum; it raises a ValueError."""
        if field.kind == "enum":
            members = self._members(field, form)
            return lambda value: _enum_member(members, value)
        scalar = SCALARS[field.type]
        return scalar.wire if form.is_wire else scalar.python

    # --- scalars and enums ---

    def _scalar(self, field: Field, form: Form, error_of: ErrorOf) -> Column:
        read = self._read(field, self.one(field, form), error_of)
        members = self._members(field, form) if field.kind == "enum" else None
        return Column(field.name, read, fast_path(field, members), element(field, members))

    def _members(self, field: Field, form: Form) -> Mapping[str, str]:
        return form.members(field, self._datamodel.enum[field.type])

    def _read(self, field: Field, one: Callable[[Any], Any], error_of: ErrorOf) -> Read:
        name = field.db_name
        if field.is_list:
            return lambda row: read_list(field, row, one, error_of)
        default = self._default(field, one)

        def read(row: Row) -> Any:
            value = row.get(name)
            if value is None:
                if default is not None:
                    return default()
                if field.is_required:
                    raise error_of(field, row, None)
                return None
            try:
                return one(value)
            except ValueError:
                raise error_of(field, row, value) from None

        return read

    def _default(self, field: Field, one: Callable[[Any], Any]) -> Callable[[], Any] | None:
        """Prisma reads null and missing as the constant default of a required field."""
        if not isinstance(field.default, Literals) or not has_default(field):
            return None
        encode = field_encoder(self._datamodel, field)
        stored = encode_constant(encode, field, field.default.value)
        return lambda: one(stored)

    # --- composites ---

    def _composite(self, output: CompositeOutput, form: Form, error_of: ErrorOf) -> Column:
        field, inner = output.field, form.nested(output.field.name)
        reader = (
            self._whole(field.type, inner)
            if output.outputs is None
            else self._part(output.outputs, inner)
        )
        return Column(
            field.name,
            self._read(field, _value_reader(field, reader), error_of),
            composite_path(field, reader, is_inside=error_of is _inside),
            composite_element(field, reader),
        )

    def _whole(self, kind: str, form: Form) -> Reader:
        """The reader of all fields of a type; one that is being made is given as it is."""
        key = (kind, form)
        reader = self._readers.get(key)
        if reader is None:
            reader = self._readers[key] = Reader.unmade()
            try:
                members = self._datamodel.type[kind].members.values()
                reader.become(self._part(tuple(map(whole, members)), form))
            except BaseException:
                del self._readers[key]
                raise
        return reader

    def _part(self, outputs: Sequence[ScalarOutput | CompositeOutput], form: Form) -> Reader:
        return form.compile([self._member(item, form) for item in outputs], is_whole=False)

    def _member(self, output: ScalarOutput | CompositeOutput, form: Form) -> Column:
        match output:
            case ScalarOutput(field):
                return self._scalar(field, form, _inside)
            case CompositeOutput():
                return self._composite(output, form, _inside)
            case _:
                assert_never(output)


def _inside(field: Field, _: Row, value: Any) -> Exception:
    return UnfitError(field, value)


def _of_record(model: str, field: Field, read: Read) -> Read:
    """A reader of a composite; its errors name the record that the composite is part of."""

    def named(row: Row) -> Any:
        try:
            return read(row)
        except UnfitError as error:
            raise error.error(model, row) from None
        except RecursionError:
            raise nested_too_deeply(model, field.name, row) from None

    return named


def read_list(field: Field, row: Row, one: Callable[[Any], Any], error_of: ErrorOf) -> list[Any]:
    """The list of a field, each element read by `one`; null and missing are an empty one."""
    value = row.get(field.db_name)
    if value is None:
        return []
    if not isinstance(value, list):
        raise error_of(field, row, value)
    try:
        return [one(item) for item in value]
    except ValueError:
        raise error_of(field, row, value) from None


def _value_reader(field: Field, reader: Reader) -> Callable[[Any], Any]:
    """A reader of the values of a composite that stands in a field."""

    def read(value: Any) -> Any:
        if not isinstance(value, dict):
            raise ValueError(bson_type(value))
        try:
            return reader.one(value)
        except UnfitError as error:
            raise error.below(field.name)  # noqa: B904 - the same error

    return read


def _enum_member(members: Mapping[str, str], value: Any) -> str:
    is_text = isinstance(value, str) and not isinstance(value, Code)  # a str without a hash
    found = members.get(value) if is_text else None
    if found is None:
        raise ValueError(bson_type(value))
    return found
