"""Passwords, hashed with argon2id: beside the auth service, used by users too.

Hashing takes tens of milliseconds and as much memory as is configured, by intention; it runs in a
thread so that the event loop goes on.
"""

from __future__ import annotations

import asyncio

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from containers.auth.settings import AuthSettings


class Passwords:
    """Hashes passwords and checks them. Holds no state but its parameters."""

    def __init__(self, settings: AuthSettings) -> None:
        self._hasher = PasswordHasher(
            time_cost=settings.time_cost,
            memory_cost=settings.memory_cost,
            parallelism=settings.parallelism,
        )

    async def hash(self, password: str) -> str:
        """The hash to store, with its salt and parameters in it."""
        return await asyncio.to_thread(self._hasher.hash, password)

    async def verify(self, hashed: str, password: str) -> bool:
        """Whether `password` is the one that was hashed; False for what is no hash."""
        try:
            return await asyncio.to_thread(self._hasher.verify, hashed, password)
        except (VerificationError, InvalidHashError):
            return False

    def is_outdated(self, hashed: str) -> bool:
        """Whether the hash was made with other parameters than those of today."""
        return self._hasher.check_needs_rehash(hashed)
