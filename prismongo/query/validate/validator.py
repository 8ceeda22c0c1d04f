"""validate: Request → Operation. The only place that rejects input; nothing later checks again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, assert_never

from prisma.errors import PrismaError

from prismongo.errors import data_error
from prismongo.garbage import without_collecting
from prismongo.query.errors.input import (
    ArgumentPath,
    invalid,
    missing,
    no_shard_key,
    too_deep,
    unknown_selection,
    unsupported,
)
from prismongo.query.nodes.filters import EVERYTHING, Filter
from prismongo.query.nodes.operations import (
    CreateMany,
    CreateManyAndReturn,
    CreateOne,
    DeleteRecord,
    DeleteRecords,
    FindPage,
    FindUnique,
    Operation,
    UpdateRecord,
    UpdateRecords,
    UpdateRecordsAndReturn,
    UpsertRecord,
)
from prismongo.query.nodes.requests import ModelAction, Request, Words, WriteAction
from prismongo.query.nodes.rows import Row
from prismongo.query.nodes.shard_keys import missing_key_fields
from prismongo.query.nodes.updates import FieldUpdate
from prismongo.query.validate.aggregate import AggregateValidator
from prismongo.query.validate.data import DataValidator
from prismongo.query.validate.layouts import Layouts
from prismongo.query.validate.raw import raw
from prismongo.query.validate.select import SelectValidator, word_of
from prismongo.query.validate.values import Values, as_boolean, as_integer
from prismongo.query.validate.where import WhereValidator
from prismongo.query.validate.writers import Writers
from prismongo.schema.datamodel import Datamodel, Model


class Validator:
    """Validates requests against one datamodel.

    Args:
        datamodel: the schema.
        words: whose names of operators and arguments the messages have.
        values: validates values; None for an object of its own.

    Attributes:
        selects: validates selections.
    """

    def __init__(
        self, datamodel: Datamodel, words: Words = "prisma", values: Values | None = None
    ) -> None:
        self._datamodel = datamodel
        self._values = values or Values(datamodel, words)
        self._layouts = Layouts(self._values)
        self._writers = Writers(datamodel, self._values, self._layouts)
        self._wheres = WhereValidator(datamodel, self._values)
        self.selects = SelectValidator(datamodel, self._values, self._wheres)
        self._aggregates = AggregateValidator(self._wheres, self.selects)

    def validate(self, request: Request) -> Operation:
        """The operation that a request asks for.

        Raises:
            prisma.errors.DataError: of the class that upstream gives the code: an unknown name or
                a wrong value (P2009), a missing one (P2012), a malformed id (P2023).
        """
        try:
            action = request.action
            if action == "runCommandRaw":
                return raw(action, None, request.arguments)
            model = self._datamodel.model.get(request.model or "")
            if model is None or model.ignored:
                raise data_error("P2009", f"Model `{request.model}` does not exist in the schema.")
            return self._operation(action, model, request)
        except RecursionError:
            raise too_deep() from None

    def streamed(self, request: Request) -> FindPage:
        """The page of a findMany that is read in batches of its `take`.

        Raises:
            prisma.errors.DataError: as `validate`, and for an order that no batch can go on with.
        """
        if as_integer(request.arguments.get("take"), ("batch",)) < 1:
            raise invalid(("batch",), "a batch has one record at least")
        operation = self.validate(request)
        if not isinstance(operation, FindPage):
            raise AssertionError(f"{request.action} is read at once")
        order = operation.page.order
        if any(key.relevance for key in order):
            raise unsupported("A stream in the order of `_relevance`", "use `find_many`")
        if self.selects.is_mixed(operation.model, order):
            remedy = "order by a field whose values are of one type"
            raise unsupported("A stream in the order of Json or of a list", remedy)
        return operation

    def _operation(self, action: ModelAction, model: Model, request: Request) -> Operation:
        arguments = request.arguments
        match action:
            case "findUnique" | "findUniqueOrThrow":
                where = arguments.get("where")
                if where is None or len(arguments) > 1:
                    where = self._required_arguments(arguments, ("where",))["where"]
                unique = self.selects.unique(model, where, ("where",))
                must_exist = action == "findUniqueOrThrow"
                return FindUnique(model, unique, self._selected(model, request), must_exist)
            case "findMany" | "findFirst" | "findFirstOrThrow":
                page = self.selects.page(model, arguments, ())
                return FindPage(
                    model,
                    page,
                    self._selected(model, request),
                    first=action != "findMany",
                    must_exist=action == "findFirstOrThrow",
                )
            case "aggregate":
                return self._aggregates.aggregate(model, arguments, request.selections, ())
            case "groupBy":
                return self._aggregates.group(model, arguments, request.selections, ())
            case "findRaw" | "aggregateRaw":
                return raw(action, model, arguments)
            case (
                "createOne"
                | "createMany"
                | "createManyAndReturn"
                | "updateOne"
                | "updateMany"
                | "updateManyAndReturn"
                | "upsertOne"
                | "deleteOne"
                | "deleteMany"
            ):
                return self._write(action, model, request)
            case _:
                assert_never(action)

    def document(self, model: Model, data: object) -> Row | None:
        """The document of a create without relations; None: its request is to be validated."""
        return self._writers.new(model, data)

    def updates(self, model: Model, data: object) -> tuple[FieldUpdate, ...] | None:
        """The updates of a record's stored fields; None: their request is to be validated."""
        # A dict may be an operator, of which that does not know.
        if type(data) is not dict or dict not in map(type, data.values()):
            sets = self._writers.sets(model, data)
            if sets is not None:
                return sets
        try:
            return self._data().update_all(model, data, ("data",))
        except (PrismaError, TypeError, RecursionError):
            return None

    def _data(self) -> DataValidator:
        return DataValidator(
            self._datamodel,
            self._values,
            self._wheres,
            self.selects,
            self._layouts,
            self._writers,
        )

    def _write(self, action: WriteAction, model: Model, request: Request) -> Operation:
        arguments = request.arguments
        if action in ("createMany", "updateMany", "deleteMany"):
            self._check_count_selection(model, request)
        data = self._data()
        match action:
            case "createOne":
                given = self._required_arguments(arguments, (), ("data",))
                record = data.create(model, given.get("data", {}), ("data",))
                return CreateOne(record, self._selected(model, request))
            case "createMany":
                return self._create_many(model, data, arguments)
            case "createManyAndReturn":
                created = self._create_many(model, data, arguments)
                return CreateManyAndReturn(created, self._selected(model, request))
            case "updateOne":
                given = self._required_arguments(arguments, ("data",), ("where",))
                updates = data.update(model, given["data"], ("data",))
                if "where" not in given:
                    raise missing(("where",))
                unique = self.selects.unique(model, given["where"], ("where",))
                return UpdateRecord(unique, updates, self._selected(model, request))
            case "updateMany":
                return self._update_many(model, data, arguments)
            case "updateManyAndReturn":
                updated = self._update_many(model, data, arguments)
                return UpdateRecordsAndReturn(updated, self._selected(model, request))
            case "upsertOne":
                given = self._required_arguments(arguments, ("where", "create", "update"))
                unique = self.selects.unique(model, given["where"], ("where",))
                if lacking := missing_key_fields(model, unique.filter):
                    raise no_shard_key(model, lacking, ("where",))
                create = data.create(model, given["create"], ("create",))
                update = data.update(model, given["update"], ("update",))
                return UpsertRecord(unique, create, update, self._selected(model, request))
            case "deleteOne":
                given = self._required_arguments(arguments, ("where",))
                unique = self.selects.unique(model, given["where"], ("where",))
                return DeleteRecord(unique, self._selected(model, request))
            case "deleteMany":
                given = self._required_arguments(arguments, (), ("where", "limit", "atomic"))
                where, limit = self._where(model, given), self._limit(given)
                return DeleteRecords(model, where, limit, _is_atomic(given))
            case _:
                assert_never(action)

    def _create_many(
        self, model: Model, data: DataValidator, arguments: Mapping[str, Any]
    ) -> CreateMany:
        given = self._required_arguments(arguments, ("data",), ("skipDuplicates", "atomic"))
        if given.get("skipDuplicates"):
            raise unsupported("skipDuplicates", "MongoDB cannot skip duplicates")
        documents = without_collecting(lambda: data.create_all(model, given["data"], ("data",)))
        return CreateMany(model, documents, _is_atomic(given))

    def _update_many(
        self, model: Model, data: DataValidator, arguments: Mapping[str, Any]
    ) -> UpdateRecords:
        given = self._required_arguments(arguments, ("data",), ("where", "limit", "atomic"))
        where, limit = self._where(model, given), self._limit(given)
        updates = data.update_all(model, given["data"], ("data",))
        return UpdateRecords(model, where, updates, limit, _is_atomic(given))

    def _required_arguments(
        self,
        arguments: Mapping[str, Any],
        required: tuple[str, ...],
        optional: tuple[str, ...] = (),
    ) -> Mapping[str, Any]:
        given = self.selects.arguments(arguments, (*required, *optional), ())
        for name in required:
            if name not in given:
                raise missing((name,))
        return given

    def _check_count_selection(self, model: Model, request: Request) -> None:
        for item in request.selections:
            if item.name != "count":
                path = (request.action + model.name, item.name)
                raise unknown_selection(path, "AffectedRowsOutput")

    def _where(self, model: Model, given: Mapping[str, Any]) -> Filter:
        if "where" not in given:
            return EVERYTHING
        return self._wheres.where(model, given["where"], ("where",))

    def _limit(self, given: Mapping[str, Any]) -> int | None:
        if "limit" not in given:
            return None
        limit = as_integer(given["limit"], ("limit",))
        if limit < 0:
            raise invalid(("limit",), "a limit cannot be negative")
        return limit

    def _selected(self, model: Model, request: Request) -> Any:
        path: ArgumentPath = ()
        if request.words == "prisma":
            path = (request.action + model.name,)
        elif request.selections:
            path = (word_of(request.declared),)
        return self.selects.selected(model, request.declared, request.selections, path)


def _is_atomic(given: Mapping[str, Any]) -> bool:
    return as_boolean(given.get("atomic", False), ("atomic",))
