"""Errors of stored values that do not fit the schema. They name model, field and id, but no value.

`decode` raises them for the values that it reads, and plans for the keys of relations.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

from prisma.errors import DataError

from prismongo.errors import data_error
from prismongo.query.errors.input import shown
from prismongo.query.nodes.rows import Row
from prismongo.query.values.bson_types import bson_type
from prismongo.schema.datamodel import Field, Model


def of_record(row: Row) -> str:
    """The part of a message that names the record of a row, if the row has an id."""
    return f" of the record with id `{_id(row)}`" if "_id" in row else ""


def id_of(row: Row) -> dict[str, str]:
    """The same, for an error's `meta`."""
    return {"id": _id(row)} if "_id" in row else {}


def _id(row: Row) -> str:
    return shown(str(row["_id"]))


def has_bad_text(value: Any) -> bool:
    """Whether a value holds text with lone surrogates, also in a name."""
    if isinstance(value, str):
        return any("\udc80" <= letter <= "\udcff" for letter in value)
    if isinstance(value, dict):
        return any(has_bad_text(part) for pair in value.items() for part in pair)
    return isinstance(value, list) and any(map(has_bad_text, value))


class UnfitError(Exception):
    """A value in a composite does not fit; `error` says it, once it is known of which record.

    Args:
        field: the field of the composite type.
        value: the stored value; None: null or missing, in a required field.
    """

    def __init__(self, field: Field, value: Any) -> None:
        self._field = field
        self._kind = None if value is None else bson_type(value)
        self._names: tuple[str, ...] = ()

    def below(self, name: str) -> UnfitError:
        """The same, of a composite that stands in the field `name`."""
        self._names = (name, *self._names)
        return self

    def error(self, model: str, row: Row) -> DataError:
        """P2023 or P2032, of the record that the composite is part of."""
        owner = ".".join((model, *self._names))
        if self._kind is None:
            found = null(owner, self._field, {})
        else:
            found = _wrong_type(owner, self._field, {}, self._kind)
        message = f"{found} It stands in a composite{of_record(row)}."
        return data_error(found.code, message, found.meta | id_of(row))


TOO_DEEP: Final = "object that is nested too deeply"
"""The `stored_type` of what `nested_too_deeply` is about."""


def nested_too_deeply(model: str, field: str | None, row: Row) -> DataError:
    """P2023: objects stand in each other so deeply that Python's stack does not reach.

    Args:
        model: the model of the record.
        field: the field; None: it is not known.
        row: the record.
    """
    what = f"the stored value of {model}.{field}" if field else f"a stored record of {model}"
    return data_error(
        "P2023",
        f"Inconsistent column data: {what}{of_record(row)} is nested too deeply to be read. "
        "Correct the document, or raise Python's recursion limit.",
        {"model": model, "field": field or "?", "stored_type": TOO_DEEP} | id_of(row),
    )


def unfit(owner: str, field: Field, row: Row, value: Any) -> DataError:
    """P2023 or P2032: a value of a record does not fit; None: null or missing, where required."""
    if value is None:
        return null(owner, field, row)
    return wrong_type(owner, field, row, value)


def wrong_type(owner: str, field: Field, row: Row, value: Any) -> DataError:
    """P2023: a value that no codec of the field reads."""
    return _wrong_type(owner, field, row, bson_type(value))


def _wrong_type(owner: str, field: Field, row: Row, kind: str) -> DataError:
    wanted = field.type + ("[]" if field.is_list else "")
    known = f"a member of {wanted}" if field.kind == "enum" else wanted
    return data_error(
        "P2023",
        f"Inconsistent column data: the stored value of {owner}.{field.name}{of_record(row)} is of "
        f"BSON type `{kind}`, which is not {known}. Correct the document, or the schema.",
        {"model": owner, "field": field.name, "stored_type": kind} | id_of(row),
    )


def not_decodable(model: Model, row: Row) -> DataError:
    """P2023: a document that the driver cannot decode, for it holds a text that is not UTF-8.

    Args:
        model: the model of the document.
        row: the document, with the bytes that are not UTF-8 as lone surrogates.
    """
    escaped = (field.name for field in model.stored_fields if has_bad_text(row.get(field.db_name)))
    name = next(escaped, "?")
    return data_error(
        "P2023",
        f"Inconsistent column data: the stored value of {model.name}.{name}{of_record(row)} holds "
        "a text that is not UTF-8. Correct the document.",
        {"model": model.name, "field": name, "stored_type": "string that is not UTF-8"}
        | id_of(row),
    )


def wrong_key(model: Model, fields: Sequence[Field], rows: Iterable[Row]) -> DataError:
    """P2023: the first row whose key is a document or a list, which cannot be a key."""
    for row in rows:
        for field in fields:
            value = row.get(field.db_name)
            try:
                hash(tuple(value) if field.is_list and isinstance(value, list) else value)
            except TypeError:
                return wrong_type(model.name, field, row, value)
    raise AssertionError("some key cannot be hashed")


def null(owner: str, field: Field, row: Row) -> DataError:
    """P2032: a required value is null or missing."""
    return data_error(
        "P2032",
        f'Error converting field "{field.name}" of expected non-nullable type "{field.type}", '
        f'found incompatible value of "null": {owner}.{field.name}{of_record(row)} is missing or '
        "null. Correct the document, or make the field optional.",
        {"model": owner, "field": field.name, "expected_type": field.type, "found": "null"}
        | id_of(row),
    )


def dangling(owner: str, name: str, row: Row) -> DataError:
    """P2032: a required relation refers to a record that does not exist."""
    return data_error(
        "P2032",
        f"Inconsistent query result: Field {name} is required to return data, got `null` instead. "
        f"The record that {owner}.{name}{of_record(row)} refers to does not exist.",
        {"model": owner, "field": name, "found": "null"} | id_of(row),
    )


def key_keeps_changing(model: Model) -> DataError:
    """The shard key of a record was changed by others whenever it had been read (P2034)."""
    return data_error(
        "P2034",
        f"Others keep changing the shard key of this {model.name}: the record that was read was "
        "elsewhere when it was written. Please retry, with the fields of the key in the where.",
        {"modelName": model.name},
    )
