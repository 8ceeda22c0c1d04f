"""What generated packages stand on, written once by hand.

    base            BaseClient: transactions, metrics, the way to the engine
    connectable     Connectable: connect and disconnect
    actions         Actions: `reads`, `writes`, `calculations`
    batch           BaseBatch, and in `batch_actions` the writes that it collects
    records         the bases of records and of composite values
    inputs/         the typed dicts that no schema changes
    transactions, registry, partial, validator, schema

Of upstream's package these are used, and nothing else: `prisma.errors`, `prisma.engine.errors`
(`AlreadyConnectedError`), `prisma._constants` (the aliases of operators) and
`prisma._builder.serializer` (which users extend by their own types). They are the classes that
applications import. `prisma.fields` has those of `prismongo.fields`, `prisma.Metrics` is of
`metrics` here. The two whose packages import an HTTP client are imported by name, where type
checkers do not follow.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from prismongo.client.base import BaseClient as BaseClient
    from prismongo.client.base import load_env as load_env
    from prismongo.client.batch import BaseBatch as BaseBatch

__all__ = ["BaseBatch", "BaseClient", "load_env"]

_MODULES = {"BaseBatch": "batch", "BaseClient": "base", "load_env": "base"}


def __getattr__(name: str) -> Any:
    from importlib import import_module

    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
