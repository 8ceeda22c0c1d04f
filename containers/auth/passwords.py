"""Hashes passwords with argon2id. Used by the auth and the users services.

Hashing is slow and needs much memory on purpose, as configured. It runs in a thread, so that it
does not block the event loop.
"""

from __future__ import annotations

import asyncio

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from containers.auth.settings import AuthSettings


class Passwords:
    """Hashes passwords and verifies them."""

    def __init__(self, settings: AuthSettings) -> None:
        self._hasher = PasswordHasher(
            time_cost=settings.time_cost,
            memory_cost=settings.memory_cost,
            parallelism=settings.parallelism,
        )

    async def hash(self, password: str) -> str:
        """The hash to store; it contains its salt and parameters."""
        return await asyncio.to_thread(self._hasher.hash, password)

    async def verify(self, hashed: str, password: str) -> bool:
        """Whether `password` matches the hash; False if the text is not a hash."""
        try:
            return await asyncio.to_thread(self._hasher.verify, hashed, password)
        except (VerificationError, InvalidHashError):
            return False

    def is_outdated(self, hashed: str) -> bool:
        """Whether the hash was made with other parameters than the current ones."""
        return self._hasher.check_needs_rehash(hashed)
