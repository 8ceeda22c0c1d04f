"""Auth: passwords, refresh tokens and their families, invites."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from prisma.enums import RefreshTokenStatus
from prisma.models import InstanceInvite, User

from containers import ApplicationContainer
from containers.auth import AuthService, AuthSettings, Passwords, Session
from containers.errors import CredentialsError, TokenReusedError
from tests.application import CHEAP

YESTERDAY = datetime.now(UTC) - timedelta(days=1)


@pytest.fixture
def auth(container: ApplicationContainer) -> AuthService:
    return container.auth.service()


@pytest.fixture
async def session(auth: AuthService, ada: User) -> Session:
    assert ada.username == "ada"
    return await auth.sign_in("ada", "password of ada", user_agent="tests")


async def test_passwords_are_hashed_with_argon2id_and_verified() -> None:
    passwords = Passwords(CHEAP)
    hashed = await passwords.hash("correct horse")
    assert hashed.startswith("$argon2id$")
    assert await passwords.verify(hashed, "correct horse")
    assert not await passwords.verify(hashed, "wrong horse")
    assert not await passwords.verify("no hash", "correct horse")
    assert await passwords.hash("correct horse") != hashed


async def test_sign_in_needs_the_name_and_the_password(auth: AuthService, session: Session) -> None:
    assert session.refresh_token not in repr(session)
    for name, password in (("ada", "wrong"), ("nobody", "password of ada")):
        with pytest.raises(CredentialsError, match="username or the password"):
            await auth.sign_in(name, password)


async def test_only_the_hash_of_a_token_is_stored(auth: AuthService, session: Session) -> None:
    (stored,) = await auth.database.refreshtoken.find_many()
    assert session.refresh_token not in repr(stored)
    assert (stored.userId, stored.userAgent) == (session.user_id, "tests")
    assert stored.expiresAt == session.expires_at


async def test_an_outdated_hash_is_renewed_at_sign_in(auth: AuthService, ada: User) -> None:
    old = Passwords(AuthSettings(time_cost=2, memory_cost=16, parallelism=1))
    hashed = await old.hash("password of ada")
    await auth.database.user.update(where={"id": ada.id}, data={"hashedPassword": hashed})
    await auth.sign_in("ada", "password of ada")
    stored = await auth.database.user.find_unique_or_raise(
        where={"id": ada.id}, omit={"hashedPassword": False}
    )
    assert stored.hashedPassword != hashed
    await auth.sign_in("ada", "password of ada")


async def test_a_token_is_rotated_within_its_family(auth: AuthService, session: Session) -> None:
    following = await auth.refresh(session.refresh_token)
    assert following.refresh_token != session.refresh_token
    await auth.refresh(following.refresh_token)
    stored = await auth.database.refreshtoken.find_many()
    assert len({token.familyId for token in stored}) == 1
    assert sorted(token.status for token in stored) == ["ACTIVE", "ROTATED", "ROTATED"]


async def test_reuse_revokes_the_whole_family_and_no_other(
    auth: AuthService, session: Session
) -> None:
    other = await auth.sign_in("ada", "password of ada")
    following = await auth.refresh(session.refresh_token)
    with pytest.raises(TokenReusedError):
        await auth.refresh(session.refresh_token)
    with pytest.raises(CredentialsError):
        await auth.refresh(following.refresh_token)
    await auth.refresh(other.refresh_token)


async def test_of_many_who_use_a_token_at_once_one_gets_the_next_and_it_is_revoked(
    auth: AuthService, session: Session
) -> None:
    results = await asyncio.gather(
        *(auth.refresh(session.refresh_token) for _ in range(6)), return_exceptions=True
    )
    sessions = [result for result in results if isinstance(result, Session)]
    assert len(sessions) == 1
    assert sum(isinstance(result, TokenReusedError) for result in results) == 5
    active = await auth.database.refreshtoken.count(where={"status": RefreshTokenStatus.ACTIVE})
    assert active == 0
    with pytest.raises(CredentialsError):
        await auth.refresh(sessions[0].refresh_token)


class SlowAuth(AuthService):
    """Keeps a rotation open until it is told to go on: before it issues a token, or after."""

    def __init__(self, auth: AuthService, when: str) -> None:
        vars(self).update(vars(auth))
        self.when = when
        self.reached, self.go_on = asyncio.Event(), asyncio.Event()

    async def _issue(self, *arguments: Any) -> Session:
        if self.when == "before":
            await self._pause()
        session = await super()._issue(*arguments)
        if self.when == "after":
            await self._pause()
        return session

    async def _pause(self) -> None:
        self.reached.set()
        await self.go_on.wait()


@pytest.mark.parametrize("when", ["before", "after"])
async def test_reuse_also_revokes_the_token_that_is_being_issued_meanwhile(
    auth: AuthService, session: Session, when: str
) -> None:
    slow = SlowAuth(auth, when)
    second = await auth.refresh(session.refresh_token)
    rotating = asyncio.ensure_future(slow.refresh(second.refresh_token))
    await slow.reached.wait()
    reusing = asyncio.ensure_future(auth.refresh(session.refresh_token))
    await asyncio.sleep(0.1)
    slow.go_on.set()
    third = await rotating
    with pytest.raises(TokenReusedError):
        await reusing
    with pytest.raises(CredentialsError):
        await auth.refresh(third.refresh_token)


class CountingPasswords(Passwords):
    """Counts what takes its time."""

    computed = 0

    async def hash(self, password: str) -> str:
        self.computed += 1
        return await super().hash(password)

    async def verify(self, hashed: str, password: str) -> bool:
        self.computed += 1
        return await super().verify(hashed, password)


@pytest.mark.usefixtures("ada")
async def test_an_unknown_name_costs_what_a_wrong_password_does(
    container: ApplicationContainer,
) -> None:
    passwords = CountingPasswords(CHEAP)
    with container.auth.passwords.override(passwords):
        for name in ("ada", "nobody"):
            passwords.computed = 0
            with pytest.raises(CredentialsError):
                await container.auth.service().sign_in(name, "wrong")
            assert passwords.computed == 1


async def test_an_expired_or_unknown_token_is_refused(auth: AuthService, session: Session) -> None:
    await auth.database.refreshtoken.update_many(where={}, data={"expiresAt": YESTERDAY})
    for token in (session.refresh_token, "unknown"):
        with pytest.raises(CredentialsError):
            await auth.refresh(token)
    assert await auth.forget_expired() == 1
    assert await auth.database.refreshtoken.count() == 0


async def test_sign_out_ends_one_family_or_all(auth: AuthService, session: Session) -> None:
    other = await auth.sign_in("ada", "password of ada")
    await auth.sign_out(session.refresh_token)
    await auth.sign_out("unknown")
    with pytest.raises(CredentialsError):
        await auth.refresh(session.refresh_token)
    following = await auth.refresh(other.refresh_token)
    assert await auth.sign_out_everywhere(session.user_id) == 1
    with pytest.raises(CredentialsError):
        await auth.refresh(following.refresh_token)


async def test_an_invite_is_used_no_more_often_than_it_allows(
    auth: AuthService, container: ApplicationContainer
) -> None:
    invite = await auth.invite(max_uses=3)
    users = container.users.service()
    people = [await users.register(f"user{number}", "x") for number in range(9)]
    results = await asyncio.gather(
        *(auth.redeem(invite.code, user.id) for user in people), return_exceptions=True
    )
    assert sum(isinstance(result, InstanceInvite) for result in results) == 3
    assert sum(isinstance(result, CredentialsError) for result in results) == 6
    (stored,) = await auth.database.instanceinvite.find_many()
    assert (stored.uses, len(stored.usedByIds)) == (3, 3)


async def test_one_user_uses_an_invite_once(auth: AuthService, ada: User) -> None:
    invite = await auth.invite(ada.id, max_uses=5)
    await asyncio.gather(*(auth.redeem(invite.code, ada.id) for _ in range(5)))
    (stored,) = await auth.database.instanceinvite.find_many()
    assert (stored.uses, stored.usedByIds, stored.createdById) == (1, [ada.id], ada.id)


async def test_an_invite_without_limit(auth: AuthService, ada: User, grace: User) -> None:
    invite = await auth.invite()
    await auth.redeem(invite.code, ada.id)
    assert (await auth.redeem(invite.code, grace.id)).uses == 2


async def test_a_disabled_expired_or_unknown_invite_is_refused(
    auth: AuthService, ada: User
) -> None:
    disabled = await auth.invite()
    await auth.database.instanceinvite.update(where={"id": disabled.id}, data={"isDisabled": True})
    expired = await auth.invite(expires_at=YESTERDAY)
    for code in (disabled.code, expired.code, "unknown"):
        with pytest.raises(CredentialsError):
            await auth.redeem(code, ada.id)
