"""From what a plan returns to what the client is given: the last stage of both doors."""

from __future__ import annotations

import json
from functools import partial
from typing import Any, assert_never

from bson import json_util
from prisma.errors import DataError

from prismongo.engine.skipping import Skipping
from prismongo.garbage import without_collecting
from prismongo.query.decode.decoder import Decoder
from prismongo.query.decode.forms import WIRE, Form
from prismongo.query.nodes.operations import (
    AggregateRecords,
    CreateMany,
    CreateManyAndReturn,
    CreateOne,
    DeleteRecord,
    DeleteRecords,
    FindPage,
    FindUnique,
    GroupRecords,
    Operation,
    Raw,
    UpdateRecord,
    UpdateRecords,
    UpdateRecordsAndReturn,
    UpsertRecord,
)
from prismongo.query.nodes.rows import Rows
from prismongo.query.nodes.selections import Selected
from prismongo.query.values.json import RELAXED
from prismongo.schema.datamodel import Datamodel


class Answers:
    """Makes answers on one datamodel."""

    def __init__(self, datamodel: Datamodel) -> None:
        self._decoder = Decoder(datamodel)

    def readable(
        self, operation: Operation, result: Any, form: Form
    ) -> tuple[Any, list[DataError]]:
        """What a read found without the records that cannot be read, and their errors.

        Other operations skip nothing.
        """
        skipping = Skipping(self._decoder, form)
        match operation:
            case FindPage() if not operation.first:
                result = skipping.readable(operation.selected, result)
            case FindPage() | FindUnique():
                for row in result:
                    skipping.prune(operation.selected, row)
            case (
                CreateOne()
                | CreateMany()
                | CreateManyAndReturn()
                | UpdateRecord()
                | UpdateRecords()
                | UpdateRecordsAndReturn()
                | UpsertRecord()
                | DeleteRecord()
                | DeleteRecords()
                | AggregateRecords()
                | GroupRecords()
                | Raw()
            ):
                pass
            case _:
                assert_never(operation)
        return result, skipping.errors

    def answer(self, operation: Operation, result: Any, form: Form = WIRE) -> Any:
        """A record or None, a list of records, `{"count": n}`, an aggregate, or raw documents."""
        match operation:
            case FindPage() if not operation.first:
                return self._many(operation.selected, form, result)
            case CreateManyAndReturn() | UpdateRecordsAndReturn():
                return self._many(operation.selected, form, result)
            case (
                FindUnique()
                | FindPage()
                | CreateOne()
                | UpdateRecord()
                | UpsertRecord()
                | DeleteRecord()
            ):
                reader = self._decoder.reader(operation.selected, form)
                return reader.one(result[0]) if result else None
            case CreateMany() | UpdateRecords() | DeleteRecords():
                return {"count": result}
            case AggregateRecords():
                return self._decoder.aggregate(operation, form)(result)
            case GroupRecords():
                read_group = self._decoder.groups(operation, form)
                return [read_group(row) for row in result]
            case Raw():
                return (
                    json.loads(json_util.dumps(result, json_options=RELAXED))
                    if form.is_wire
                    else result
                )
            case _:
                assert_never(operation)

    def _many(self, selected: Selected, form: Form, rows: Rows) -> list[Any]:
        reader = self._decoder.reader(selected, form)
        return without_collecting(partial(reader.many, rows))
