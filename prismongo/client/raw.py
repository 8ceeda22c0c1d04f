"""Raw operations on one model's collection: MongoDB's own language, with BSON values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Generic, TypeVar, overload

from bson import Decimal128, ObjectId
from pydantic import BaseModel

from prismongo.client.asking import Asking
from prismongo.client.types import ModelT
from prismongo.query.decode.forms import PYTHON
from prismongo.query.decode.shapes import Shape
from prismongo.query.errors.input import invalid
from prismongo.query.nodes.requests import RawAction, Request

if TYPE_CHECKING:
    from prismongo.client.base import BaseClient

IntoT = TypeVar("IntoT", bound=BaseModel)
Document = dict[str, Any]
"""A document as it is stored, with BSON values: ObjectId, datetime, Decimal128 and others."""


class Raw(Asking[ModelT], Generic[ModelT]):
    """Asks the collection of one model in MongoDB's own language."""

    __slots__ = ()

    @overload
    async def find_raw(
        self,
        filter: Mapping[str, Any] | None = None,
        options: Mapping[str, Any] | None = None,
        *,
        into: None = None,
    ) -> list[Document]: ...

    @overload
    async def find_raw(
        self,
        filter: Mapping[str, Any] | None = None,
        options: Mapping[str, Any] | None = None,
        *,
        into: type[IntoT],
    ) -> list[IntoT]: ...

    async def find_raw(
        self,
        filter: Mapping[str, Any] | None = None,
        options: Mapping[str, Any] | None = None,
        *,
        into: type[IntoT] | None = None,
    ) -> list[Document] | list[IntoT]:
        """Find documents by MongoDB's own filter.

            await db.user.find_raw({"username": {"$regex": "^a"}}, {"projection": {"bio": 1}})

        Arguments and documents have the stored names and BSON values: ObjectId, Decimal128,
        datetime (aware, in UTC). On the client of a transaction it is part of that transaction.

        Args:
            filter: MongoDB's filter. Check the type of every value from a user before you use it.
            options: `sort`, `limit`, `skip`, `projection` and the other options of `find`.
            into: a class of pydantic's, of which each document is made. For it an ObjectId is text
                and a Decimal128 a Decimal, as in records.

        Returns:
            The documents; objects of `into` where it is given.

        Raises:
            prisma.errors.RawQueryError: P2010, the server or the driver refuses it.
            prisma.errors.DataError: P2009, an argument has the wrong type.
            pydantic.ValidationError: a document is not what `into` declares.
        """
        return await self._ask_raw("findRaw", {"filter": filter, "options": options}, into)

    @overload
    async def aggregate_raw(
        self,
        pipeline: Sequence[Mapping[str, Any]] = (),
        options: Mapping[str, Any] | None = None,
        *,
        into: None = None,
    ) -> list[Document]: ...

    @overload
    async def aggregate_raw(
        self,
        pipeline: Sequence[Mapping[str, Any]] = (),
        options: Mapping[str, Any] | None = None,
        *,
        into: type[IntoT],
    ) -> list[IntoT]: ...

    async def aggregate_raw(
        self,
        pipeline: Sequence[Mapping[str, Any]] = (),
        options: Mapping[str, Any] | None = None,
        *,
        into: type[IntoT] | None = None,
    ) -> list[Document] | list[IntoT]:
        """Run a pipeline of MongoDB's on the collection.

            await db.user.aggregate_raw([{"$sample": {"size": 3}}], into=Card)

        Arguments and documents have the stored names and BSON values, as those of `find_raw`. On
        the client of a transaction it is part of that transaction.

        Args:
            pipeline: the stages.
            options: `allowDiskUse`, `hint` and the other options of `aggregate`.
            into: a class of pydantic's, of which each document is made.

        Returns:
            The documents; objects of `into` where it is given.

        Raises:
            prisma.errors.RawQueryError: P2010, the server or the driver refuses it.
            prisma.errors.DataError: P2009, an argument has the wrong type.
            pydantic.ValidationError: a document is not what `into` declares.
        """
        arguments = {"pipeline": list(pipeline), "options": options}
        return await self._ask_raw("aggregateRaw", arguments, into)

    async def _ask_raw(
        self, action: RawAction, arguments: Mapping[str, Any], into: type[IntoT] | None
    ) -> list[Document] | list[IntoT]:
        _check(into)
        documents: list[Document] = await ask_raw(self._client, action, self._model, arguments)
        if into is None:
            return documents
        return [into.model_validate(_plain(document)) for document in documents]


async def ask_raw(
    client: BaseClient,
    action: RawAction,
    model: type[BaseModel] | Shape | None,
    arguments: Mapping[str, Any],
) -> Any:
    """What a raw operation answers, in BSON values."""
    name = None if model is None else client._shape(model).model
    given = {key: value for key, value in arguments.items() if value is not None}
    request = Request(action, name, given)
    return await client._answer(request, PYTHON)


def _check(into: object) -> None:
    if into is not None and not (isinstance(into, type) and issubclass(into, BaseModel)):
        raise invalid(("into",), "expected a class of pydantic's BaseModel")


def _plain(value: Any) -> Any:
    """The value as records hold it: ids are text, decimals are Python's."""
    match value:
        case ObjectId():
            return str(value)
        case Decimal128():
            return value.to_decimal()
        case dict():
            return {key: _plain(item) for key, item in value.items()}
        case list():
            return [_plain(item) for item in value]
        case _:
            return value
