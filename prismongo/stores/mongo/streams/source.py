"""Opens change streams, returns the current cluster time, and saves tokens.

Streams have a separate client: each open stream occupies a connection, which would be missing in
the pool of the operations.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import TypeVar

from bson import CodecOptions
from pymongo import AsyncMongoClient, ReadPreference
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import PyMongoError
from pymongo.read_concern import ReadConcern

from prismongo.query.nodes.changes import ChangeQuery
from prismongo.schema.datamodel import Datamodel
from prismongo.stores.changes import TOKENS, ClusterTime
from prismongo.stores.errors import malformed_token, no_images
from prismongo.stores.mongo.compile.changes import compile_change_query
from prismongo.stores.mongo.compile.commands import Document
from prismongo.stores.mongo.connect import hosts_of
from prismongo.stores.mongo.errors import translate
from prismongo.stores.mongo.streams.cursor import MongoCursor
from prismongo.stores.mongo.streams.errors import no_change_streams
from prismongo.stores.mongo.streams.events import cluster_time_of, stored_token
from prismongo.stores.wanted.images import asks_for_images

T = TypeVar("T")


class MongoChanges:
    """The change streams of one connected database.

    Args:
        database: of the client that operations use.
        make_client: makes the client for streams, when the first one is opened.
        rows: the codec options of documents.
        has_streams: whether the server is a replica set, or sharded.
    """

    def __init__(
        self,
        database: AsyncDatabase[Document],
        make_client: Callable[[], AsyncMongoClient[Document]],
        rows: CodecOptions[Document],
        *,
        has_streams: bool,
    ) -> None:
        self._database = database.with_options(read_preference=ReadPreference.PRIMARY)
        self._make_client = make_client
        self._rows = rows
        self._has_streams = has_streams
        self._client: AsyncMongoClient[Document] | None = None

    async def close(self) -> None:
        """Close the client of the streams."""
        client, self._client = self._client, None
        if client is not None:
            await client.close()

    async def open(self, query: ChangeQuery, after: str | None) -> MongoCursor:
        """Open a stream on the server.

        Raises:
            ChangeStreamError: the server is standalone, or the token is malformed or too old.
            UnsupportedOperationError: P2026, the filter needs images that are not kept.
        """
        if not self._has_streams:
            raise no_change_streams(hosts_of(self._database.client))
        if after is not None:
            _check_token(after)
        with_images = await self._with_images(query)
        for model in query.need_images:
            if model.db_name not in with_images:
                raise no_images(model, asked=asks_for_images(model))
        command = compile_change_query(query, with_images)
        cursor = MongoCursor(self._stream_database, query, command, after)
        await cursor.open(self._database.client.options.server_selection_timeout)
        return cursor

    async def cluster_time(self) -> ClusterTime:
        """A time that is not before any acknowledged write."""
        reply = await _translated(self._database.command("ping"))
        return cluster_time_of(reply["operationTime"])

    async def load_token(self, name: str) -> str | None:
        """The token that was saved last under this name."""
        found = await _translated(self._tokens.find_one({"_id": name}))
        return found["token"] if found else None

    async def save_token(self, name: str, token: str | None) -> None:
        """Save a token under a name; None deletes it."""
        if token is None:
            await _translated(self._tokens.delete_one({"_id": name}))
            return
        kept = {"$set": {"token": token, "savedAt": datetime.now(UTC)}}
        await _translated(self._tokens.update_one({"_id": name}, kept, upsert=True))

    async def _with_images(self, query: ChangeQuery) -> set[str]:
        """The watched collections that keep images of changed documents."""
        names = [watched.model.db_name for watched in query.models]
        found = await _translated(self._options(names))
        return {
            name
            for name, options in found.items()
            if options.get("changeStreamPreAndPostImages", {}).get("enabled")
        }

    async def _options(self, names: list[str]) -> dict[str, Document]:
        async with await self._database.list_collections(filter={"name": {"$in": names}}) as found:
            return {each["name"]: each.get("options", {}) for each in await found.to_list()}

    @property
    def _tokens(self) -> AsyncCollection[Document]:
        return self._database[TOKENS]

    @property
    def _stream_database(self) -> AsyncDatabase[Document]:
        if self._client is None:
            self._client = self._make_client()
        return self._client.get_database(
            self._database.name,
            codec_options=self._rows,
            read_preference=ReadPreference.PRIMARY,  # a secondary's present lies in the past
            read_concern=ReadConcern("majority"),  # whatever the URL says: streams know no other
        )


async def _translated(answer: Awaitable[T]) -> T:
    """The driver's answer, or its error translated."""
    try:
        return await answer
    except PyMongoError as error:
        raise translate(error, None, Datamodel(())) from error


def _check_token(token: str) -> None:
    try:
        stored_token(token)
    except (ValueError, OverflowError, AttributeError):
        raise malformed_token() from None
