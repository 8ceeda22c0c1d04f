"""Errors of change streams: which the stream survives, and what callers see of the others.

https://www.mongodb.com/docs/manual/reference/error-codes/
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from prisma.errors import PrismaError
from pymongo.errors import ConnectionFailure, OperationFailure, PyMongoError

from prismongo.errors import ChangeStreamError, CollectionGoneError, OversizedChangeError
from prismongo.schema.datamodel import Datamodel, Model
from prismongo.stores.errors import history_lost
from prismongo.stores.mongo.errors import replica_set_commands, translate
from prismongo.stores.mongo.streams.events import token_moment

SHORT_OPLOG: Final = (
    "the server's oplog does not reach back that far; a larger one keeps more (replSetResizeOplog)"
)
IMAGES_GONE: Final = "images of changed documents were not kept at that time, or are no longer"

RESUMABLE: Final = frozenset(
    {
        43,  # CursorNotFound
        136,  # CappedPositionLost: whether the history is lost shows when it resumes
        175,  # QueryPlanKilled
        237,  # CursorKilled
        11601,  # Interrupted: by killOp
    }
)
"""Errors that a stream survives, besides those that the server marks as resumable."""

HISTORY_LOST: Final = 286
NO_IMAGE: Final = 47
NO_REPLICA_SET: Final = 40573
TOO_LARGE: Final = 10334
UNKNOWN_STAGE: Final = 40324
TOKEN_NOT_IN_STREAM: Final = 280
MALFORMED_TOKEN: Final = frozenset({9, 15, 260, *range(40645, 40652), *range(50788, 50816)})

_TOKEN_IN_WORDS: Final = re.compile(r'_data: "([0-9A-F]+)"')


def is_resumable(error: PyMongoError) -> bool:
    """Whether a stream can resume after the error, when the server is available again."""
    if isinstance(error, OperationFailure):
        if error.has_error_label("NonResumableChangeStreamError"):
            return False
        return error.code in RESUMABLE or error.has_error_label("ResumableChangeStreamError")
    return isinstance(error, ConnectionFailure)


def is_token_not_in_stream(error: PyMongoError) -> bool:
    """Whether the error says that the event of the token is not in this stream."""
    return isinstance(error, OperationFailure) and error.code == TOKEN_NOT_IN_STREAM


def is_malformed_token(error: PyMongoError) -> bool:
    """Whether the error says that the text is no token."""
    return isinstance(error, OperationFailure) and error.code in MALFORMED_TOKEN


def is_event_too_large(error: PyMongoError) -> bool:
    """Whether the error says that the events are too large for a reply."""
    return isinstance(error, OperationFailure) and error.code == TOO_LARGE


def is_unknown_stage(error: PyMongoError) -> bool:
    """Whether the error says that the server does not have a stage of the pipeline."""
    return isinstance(error, OperationFailure) and error.code == UNKNOWN_STAGE


def stream_error(error: PyMongoError, models: Iterable[Model], token: str | None) -> PrismaError:
    """The error that callers see if a stream cannot continue; `token` is its last token."""
    names = ", ".join(model.name for model in models)
    code = error.code if isinstance(error, OperationFailure) else None
    if code == NO_REPLICA_SET:
        return no_change_streams()
    if code == HISTORY_LOST and token is not None:
        return history_lost(names, token, token_moment(token).as_datetime(), SHORT_OPLOG)
    if code == NO_IMAGE and token is not None:
        return history_lost(names, token, token_moment(token).as_datetime(), IMAGES_GONE)
    if code == TOO_LARGE:
        return _too_large(names, str(error), token)
    return translate(error, None, Datamodel(()))


def no_change_streams(host: str = "localhost:27017") -> ChangeStreamError:
    """The server at `host` has no change streams."""
    return ChangeStreamError(
        "MongoDB is not configured as a replica set, which change streams need; one node suffices. "
        + replica_set_commands(host),
        code="P2031",
    )


def collection_gone(models: Iterable[Model], token: str) -> CollectionGoneError:
    """A watched collection was dropped or renamed."""
    names = ", ".join(model.name for model in models)
    return CollectionGoneError(
        f"A collection of {names} was dropped or renamed: its documents went without an event for "
        "each. Read anew what there is, and watch again; after this error's token, to skip it.",
        meta={"models": names},
        token=token,
    )


def _too_large(names: str, words: str, token: str | None) -> OversizedChangeError:
    match = _TOKEN_IN_WORDS.search(words)
    return OversizedChangeError(
        f"A change of {names} cannot be sent, even without the record: an event holds 16 MB. "
        "Continue after this error's token, which is that change's.",
        meta={"models": names},
        token=match[1] if match else token,
    )
