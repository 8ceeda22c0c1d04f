"""The registered client of a package (`register`, `get_client`).

It is kept in the package's own `_registry._registered_client`, as upstream keeps it, so that tests
can put it back.
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any

from prisma.errors import ClientAlreadyRegisteredError, ClientNotRegisteredError


class Registry:
    """Registers one client.

    Args:
        module: the full name of the package's `_registry`.
    """

    def __init__(self, module: str) -> None:
        self._kept = vars(sys.modules[module])
        self._package = module.rpartition(".")[0]

    def register(self, client: Any) -> None:
        """Keep a client, or a function that returns one.

        Raises:
            prisma.errors.ClientAlreadyRegisteredError: it is the second.
            TypeError: it is neither.
        """
        kind = self._kind()
        if self._kept["_registered_client"] is not None:
            raise ClientAlreadyRegisteredError
        if not isinstance(client, kind) and not callable(client):
            raise TypeError(
                f"Expected either a {kind} instance or a function that returns a {kind} but got "
                f"{client} instead."
            )
        self._kept["_registered_client"] = client

    def client(self) -> Any:
        """The client.

        Raises:
            prisma.errors.ClientNotRegisteredError: none is registered.
            TypeError: the registered function returned something else.
        """
        kind = self._kind()
        registered = self._kept["_registered_client"]
        if registered is None:
            raise ClientNotRegisteredError
        if isinstance(registered, kind):
            return registered
        client = registered()
        if not isinstance(client, kind):
            raise TypeError(f"Registered function returned {client} instead of a {kind} instance.")
        return client

    def _kind(self) -> type[Any]:
        kind: type[Any] = import_module(f"{self._package}.client").Prisma
        return kind
