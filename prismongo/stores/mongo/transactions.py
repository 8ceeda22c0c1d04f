"""Transactions of the mongo store: each has a session, and runs one command at a time."""

from __future__ import annotations

import asyncio
from typing import Final

import pymongo
from prisma.errors import PrismaError
from pymongo import ReadPreference, WriteConcern
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.errors import OperationFailure, PyMongoError
from pymongo.read_concern import ReadConcern

from prismongo.query.nodes.options import Options
from prismongo.schema.datamodel import Datamodel
from prismongo.stores.errors import transaction_aborted
from prismongo.stores.mongo.errors import translate
from prismongo.stores.store import Load, OnLost, nobody

ABORTED: Final = (251, 225)
"""NoSuchTransaction, TransactionTooOld: the server has aborted it."""

ABORT_TIMEOUT: Final = 2.0
"""Seconds for a rollback on the server, which otherwise rolls back by itself later."""

UNKNOWN: Final = "UnknownTransactionCommitResult"
"""The label of an error after which it is not known whether a commit was applied."""

COMMIT_ATTEMPTS: Final = 3
"""How often a commit with an unknown outcome is sent; MongoDB allows to repeat it."""


class MongoTransaction:
    """An open transaction. Commands of concurrent tasks wait for each other (`lock`)."""

    def __init__(self, session: AsyncClientSession, datamodel: Datamodel) -> None:
        self.session = session
        self.lock = asyncio.Lock()
        self.load = Load()
        self.on_lost: OnLost = nobody
        self._datamodel = datamodel
        self._failure: PrismaError | None = None

    @property
    def failure(self) -> PrismaError | None:
        """The first error of an operation in it."""
        return self._failure

    async def begin(self, options: Options | None = None) -> None:
        """Start the transaction; the server learns of it with the first command.

        All options are set here, not taken from the client: transactions of MongoDB read from the
        primary, and the driver rejects any other read preference.
        """
        await self.session.start_transaction(
            read_concern=getattr(options, "read_concern", None) or ReadConcern("majority"),
            write_concern=getattr(options, "write_concern", None) or WriteConcern("majority"),
            read_preference=ReadPreference.PRIMARY,
        )

    async def commit(self) -> None:
        """Commit; repeat it if the outcome is unknown.

        Raises:
            DataError: P2034, where another transaction was faster.
        """
        async with self.lock:
            transaction = getattr(self.session, "_transaction", None)  # not public: may be gone
            state = getattr(transaction, "state", None)
            try:
                await self._commit()
            except BaseException as error:
                if transaction is not None and not _is_answered(error):
                    transaction.state = state  # the driver takes it for sent, and would not abort
                if isinstance(error, PyMongoError):
                    raise self.explain(error, translate(error, None, self._datamodel)) from error
                raise
            await self.session.end_session()

    async def _commit(self) -> None:
        for attempt in range(COMMIT_ATTEMPTS):
            try:
                await self.session.commit_transaction()
            except PyMongoError as error:
                unknown = error.has_error_label(UNKNOWN)
                expired = isinstance(error, OperationFailure) and error.code == 50
                if not unknown or expired or attempt == COMMIT_ATTEMPTS - 1:
                    raise
            else:
                return

    def explain(self, error: Exception, translated: PrismaError) -> PrismaError:
        """The error that callers see for an error of the driver in this transaction.

        After the first error the server aborts the transaction, and later commands only get the
        error that it does not exist. If the first error was a write conflict, so are the later
        ones; otherwise the transaction must not be retried.
        """
        if not (isinstance(error, OperationFailure) and error.code in ABORTED):
            self._failure = self._failure or translated
            return translated
        code = getattr(self._failure, "code", "P2034")
        if code == "P2034":
            return translated
        return transaction_aborted(code)

    async def abort(self) -> None:
        """Roll back; it is no error if the server has already aborted the transaction."""
        async with self.lock:
            with pymongo.timeout(ABORT_TIMEOUT):
                await self.session.end_session()  # aborts what is open, swallowing its errors


def _is_answered(error: BaseException) -> bool:
    """Whether the server has answered a commit, and has ended the transaction.

    If not, the commit has perhaps not reached it. Without an abort it would hold the transaction
    open, and the documents locked, for a minute. An abort of what is committed it refuses.
    """
    return isinstance(error, OperationFailure) and not error.has_error_label(UNKNOWN)
