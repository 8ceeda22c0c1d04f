"""Transactions of the mongo store: a session each, one command at a time."""

from __future__ import annotations

import asyncio
from typing import Final

from pymongo import WriteConcern
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.errors import OperationFailure, PyMongoError
from pymongo.read_concern import ReadConcern

from database.schema.datamodel import Datamodel
from database.stores.mongo.errors import translate

COMMIT_ATTEMPTS: Final = 3
"""How often a commit whose outcome is unknown is sent again; MongoDB makes that safe."""


class MongoTransaction:
    """An open transaction. Commands of concurrent tasks wait for each other (`lock`)."""

    def __init__(self, session: AsyncClientSession, datamodel: Datamodel) -> None:
        self.session = session
        self.lock = asyncio.Lock()
        self._datamodel = datamodel

    async def begin(self) -> None:
        """Start it; the server hears of it with the first command."""
        await self.session.start_transaction(
            read_concern=ReadConcern("majority"), write_concern=WriteConcern("majority")
        )

    async def commit(self) -> None:
        """Commit, again where the outcome stayed unknown.

        Raises:
            DataError: P2034, where another transaction was faster.
        """
        async with self.lock:
            try:
                await self._commit()
            except PyMongoError as error:
                raise translate(error, None, self._datamodel) from error
            finally:
                await self.session.end_session()

    async def _commit(self) -> None:
        for attempt in range(COMMIT_ATTEMPTS):
            try:
                await self.session.commit_transaction()
            except PyMongoError as error:
                unknown = error.has_error_label("UnknownTransactionCommitResult")
                expired = isinstance(error, OperationFailure) and error.code == 50
                if not unknown or expired or attempt == COMMIT_ATTEMPTS - 1:
                    raise
            else:
                return

    async def abort(self) -> None:
        """Roll back; a transaction that the server has dropped already is no error."""
        async with self.lock:
            await self.session.end_session()  # aborts what is open, swallowing its errors
