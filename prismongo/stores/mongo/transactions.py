"""Transactions of the mongo store: a session each, one command at a time."""

from __future__ import annotations

import asyncio
from typing import Final

import pymongo
from prisma.errors import PrismaError
from pymongo import ReadPreference, WriteConcern
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.errors import OperationFailure, PyMongoError
from pymongo.read_concern import ReadConcern

from prismongo.schema.datamodel import Datamodel
from prismongo.stores.errors import transaction_aborted
from prismongo.stores.mongo.errors import translate

ABORTED: Final = (251, 225)
"""NoSuchTransaction, TransactionTooOld: the server has aborted it."""

ABORT_TIMEOUT: Final = 2.0
"""Seconds to tell the server of a rollback; it rolls back by itself what it hears no more of."""

COMMIT_ATTEMPTS: Final = 3
"""How often a commit whose outcome is unknown is sent again; MongoDB makes that safe."""


class MongoTransaction:
    """An open transaction. Commands of concurrent tasks wait for each other (`lock`)."""

    def __init__(self, session: AsyncClientSession, datamodel: Datamodel) -> None:
        self.session = session
        self.lock = asyncio.Lock()
        self._datamodel = datamodel
        self._failure: PrismaError | None = None

    async def begin(self) -> None:
        """Start it; the server hears of it with the first command.

        Nothing is left to the client's options: MongoDB reads in transactions from the primary
        alone, and the driver refuses whatever would read elsewhere.
        """
        await self.session.start_transaction(
            read_concern=ReadConcern("majority"),
            write_concern=WriteConcern("majority"),
            read_preference=ReadPreference.PRIMARY,
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
                raise self.explain(error, translate(error, None, self._datamodel)) from error
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

    def explain(self, error: Exception, translated: PrismaError) -> PrismaError:
        """What a driver's error means inside this transaction.

        The first one makes the server abort it, which then knows nothing but that it is gone. After
        a write conflict that is one still; after anything else starting again would not help.
        """
        if not (isinstance(error, OperationFailure) and error.code in ABORTED):
            self._failure = self._failure or translated
            return translated
        code = getattr(self._failure, "code", "P2034")
        if code == "P2034":
            return translated
        return transaction_aborted(code)

    async def abort(self) -> None:
        """Roll back; a transaction that the server has dropped already is no error."""
        async with self.lock:
            with pymongo.timeout(ABORT_TIMEOUT):
                await self.session.end_session()  # aborts what is open, swallowing its errors
