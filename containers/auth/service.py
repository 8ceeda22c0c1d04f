"""Sign-in, refresh tokens and invites: a feature service on the generated client.

A refresh token can be used once: using it returns the next token of its family. If a token is used
twice, it or its successor was stolen, so the whole family is revoked. Only hashes are stored.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import NoReturn
from uuid import uuid4

from prisma.enums import RefreshTokenStatus
from prisma.models import InstanceInvite, User
from prisma.types import InstanceInviteCreateInput, RefreshTokenWhereInput

from containers.auth.invites import redeem
from containers.auth.passwords import Passwords
from containers.auth.settings import AuthSettings
from containers.errors import CredentialsError, TokenReusedError
from database import DatabaseService
from prismongo import atomic


@dataclass(frozen=True)
class Session:
    """The result of a sign-in.

    Attributes:
        user_id: who signed in.
        refresh_token: the token for the client; it is not stored.
        expires_at: when the token expires, in UTC.
    """

    user_id: str
    refresh_token: str = field(repr=False)
    expires_at: datetime


class AuthService:
    """Passwords, refresh tokens, invites."""

    def __init__(
        self, database: DatabaseService, passwords: Passwords, settings: AuthSettings
    ) -> None:
        self.database = database
        self._passwords = passwords
        self._settings = settings

    async def sign_in(
        self, username: str, password: str, *, user_agent: str | None = None
    ) -> Session:
        """A new session, the first of its family.

        Raises:
            CredentialsError: no such user, or a wrong password; it does not say which.
        """
        user = await self.database.user.find_unique(
            where={"username": username}, omit={"hashedPassword": False}
        )
        if user is None:
            # Takes as long as a wrong password, so that the time does not reveal which users exist.
            await self._passwords.hash(password)
        if user is None or not await self._passwords.verify(user.hashedPassword, password):
            raise CredentialsError("The username or the password is not right.")
        await self._renew_hash(user, password)
        return await self._issue(user.id, str(uuid4()), user_agent)

    async def refresh(self, token: str) -> Session:
        """The next session for a refresh token, which cannot be used again.

        Raises:
            TokenReusedError: it was used before; its whole family is revoked.
            CredentialsError: unknown, expired or revoked.
        """
        token_hash = _hash(token)
        session = await self._rotate(token_hash)
        if session is None:
            await self._refuse(token_hash)
        return session

    @atomic
    async def _rotate(self, token_hash: str) -> Session | None:
        """The next session; None if the token cannot be used."""
        used = await self.database.refreshtoken.update_many(
            where={
                "tokenHash": token_hash,
                "status": RefreshTokenStatus.ACTIVE,
                "expiresAt": {"gt": datetime.now(UTC)},
            },
            data={"status": RefreshTokenStatus.ROTATED, "rotatedAt": datetime.now(UTC)},
        )
        if not used:
            return None
        found = await self.database.refreshtoken.find_unique_or_raise(
            where={"tokenHash": token_hash}
        )
        return await self._issue(found.userId, found.familyId, found.userAgent)

    async def sign_out(self, token: str) -> None:
        """Revoke a refresh token with its family; does nothing for an unknown one."""
        found = await self.database.refreshtoken.find_unique(where={"tokenHash": _hash(token)})
        if found is not None:
            await self._revoke({"familyId": found.familyId})

    async def sign_out_everywhere(self, user_id: str) -> int:
        """Revoke all tokens of a user; returns their number."""
        return await self._revoke({"userId": user_id})

    async def forget_expired(self) -> int:
        """Delete the expired tokens; returns their number."""
        return await self.database.refreshtoken.delete_many(
            where={"expiresAt": {"lte": datetime.now(UTC)}}
        )

    async def invite(
        self,
        created_by: str | None = None,
        *,
        max_uses: int | None = None,
        expires_at: datetime | None = None,
    ) -> InstanceInvite:
        """A new invite; `max_uses` None: no limit, `expires_at` None: it does not expire."""
        data: InstanceInviteCreateInput = {"code": secrets.token_urlsafe(12), "usedByIds": []}
        if created_by is not None:
            data["createdById"] = created_by
        if max_uses is not None:
            data["maxUses"] = max_uses
        if expires_at is not None:
            data["expiresAt"] = expires_at
        return await self.database.instanceinvite.create(data=data)

    async def redeem(self, code: str, user_id: str) -> InstanceInvite:
        """Use an invite for a user: see `redeem` in invites.py."""
        return await redeem(self.database, code, user_id)

    async def _issue(self, user_id: str, family: str, user_agent: str | None) -> Session:
        token = secrets.token_urlsafe(32)
        expires_at = datetime.now(UTC) + self._settings.refresh_token_lifetime
        stored = await self.database.refreshtoken.create(
            data={
                "userId": user_id,
                "tokenHash": _hash(token),
                "familyId": family,
                "expiresAt": expires_at,
                "userAgent": user_agent,
            }
        )
        return Session(user_id, token, stored.expiresAt)

    async def _refuse(self, token_hash: str) -> NoReturn:
        found = await self.database.refreshtoken.find_unique(where={"tokenHash": token_hash})
        if found is not None and found.status == RefreshTokenStatus.ROTATED:
            with self.database.detached():  # the error must not undo it
                await self._revoke({"familyId": found.familyId})
            raise TokenReusedError("The refresh token was used before: sign in again.")
        raise CredentialsError("The refresh token is not good: sign in again.")

    @atomic
    async def _revoke(self, which: RefreshTokenWhereInput) -> int:
        """Revoke active tokens, also one that is issued at the same time; returns their number."""
        # In a block: it conflicts with a concurrent rotation of the token, starts again, and then
        # finds the new token. A single write would miss it.
        return await self.database.refreshtoken.update_many(
            where={**which, "status": RefreshTokenStatus.ACTIVE},
            data={"status": RefreshTokenStatus.REVOKED, "revokedAt": datetime.now(UTC)},
        )

    async def _renew_hash(self, user: User, password: str) -> None:
        if self._passwords.is_outdated(user.hashedPassword):
            await self.database.user.update(
                where={"id": user.id},
                data={"hashedPassword": await self._passwords.hash(password)},
            )


def _hash(token: str) -> str:
    """SHA-256 is enough, because a token is 256 random bits."""
    return hashlib.sha256(token.encode()).hexdigest()
