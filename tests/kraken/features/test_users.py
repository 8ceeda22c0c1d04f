"""Users: registration, profile, search, blocks, storage."""

from __future__ import annotations

import asyncio

import pytest
from prisma.errors import UniqueViolationError
from prisma.models import Community, User

from containers import ApplicationContainer
from containers.auth import Passwords
from containers.errors import InvalidValueError, NotAllowedError, NotFoundError, QuotaExceededError
from containers.users import UserService
from database import DatabaseService
from prismongo.testing import fake
from tests.application import CHEAP
from tests.clock import Clock

GIGABYTE = 1 << 30


@pytest.fixture
def users(container: ApplicationContainer) -> UserService:
    return container.users.service()


async def test_register_stores_a_hash_and_no_password(users: UserService) -> None:
    user = await users.register("ada", "correct horse", email="ada@example.org", instance_id="one")
    stored = await users.database.user.find_unique_or_raise(
        where={"id": user.id}, omit={"hashedPassword": False}
    )
    assert stored.hashedPassword.startswith("$argon2id$")
    assert "correct horse" not in stored.hashedPassword
    assert (stored.email, stored.instanceId, stored.displayName) == ("ada@example.org", "one", None)


async def test_a_username_and_an_address_are_taken_once(users: UserService) -> None:
    await users.register("ada", "x", email="ada@example.org")
    with pytest.raises(UniqueViolationError):
        await users.register("ada", "x")
    with pytest.raises(UniqueViolationError):
        await users.register("other", "x", email="ada@example.org")
    assert await users.database.user.count() == 1


async def test_many_users_may_lack_an_address(users: UserService) -> None:
    for name in ("a", "b", "c"):
        await users.register(name, "x")
    assert await users.database.user.count() == 3


async def test_a_name_is_registered_once_however_many_try(users: UserService) -> None:
    tries = [users.register("ada", "x") for _ in range(8)]
    results = await asyncio.gather(*tries, return_exceptions=True)
    assert sum(isinstance(result, User) for result in results) == 1
    assert sum(isinstance(result, UniqueViolationError) for result in results) == 7


async def test_a_profile_shows_communities_and_no_hash(
    users: UserService, ada: User, community: Community
) -> None:
    profile = await users.profile(ada.id)
    assert (profile.username, profile.display_name) == ("ada", "ada")
    assert profile.communities == (community.name,)
    assert "argon2" not in repr(profile)


async def test_a_profile_of_nobody_is_not_found(users: UserService) -> None:
    with pytest.raises(NotFoundError):
        await users.profile("0" * 24)


async def test_search_ignores_case_takes_text_literally_and_pages(users: UserService) -> None:
    for name in ("Ada.L", "ada_x", "bob", "adam", "zed"):
        display_name = "The ADA" if name == "zed" else None
        await users.register(name, "x", display_name=display_name)
    found = [profile.username for profile in await users.search("ada")]
    assert found == ["Ada.L", "ada_x", "adam", "zed"]
    assert [profile.username for profile in await users.search("ada.")] == ["Ada.L"]
    assert await users.search("(") == []
    first = await users.search("ada", take=3)
    rest = await users.search("ada", take=3, after=first[-1].id)
    assert [profile.username for profile in [*first, *rest]] == found


async def test_a_block_comes_and_goes(users: UserService, ada: User, grace: User) -> None:
    await users.block(ada.id, grace.id, "noise")
    await users.block(ada.id, grace.id)
    assert await users.is_blocked(ada.id, grace.id)
    assert not await users.is_blocked(grace.id, ada.id)
    assert await users.unblock(ada.id, grace.id)
    assert not await users.unblock(ada.id, grace.id)
    assert not await users.is_blocked(ada.id, grace.id)


async def test_blocking_at_once_gives_one_block(users: UserService, ada: User, grace: User) -> None:
    await asyncio.gather(*(users.block(ada.id, grace.id) for _ in range(8)))
    assert await users.database.userblock.count() == 1


async def test_nobody_blocks_oneself(users: UserService, ada: User) -> None:
    for same in (ada.id, ada.id.upper()):
        with pytest.raises(NotAllowedError):
            await users.block(ada.id, same)


async def test_storage_stops_at_the_quota_however_many_reserve(
    users: UserService, ada: User
) -> None:
    results = await asyncio.gather(
        *(users.reserve_storage(ada.id, GIGABYTE) for _ in range(12)), return_exceptions=True
    )
    refused = [result for result in results if isinstance(result, QuotaExceededError)]
    user = await users.database.user.find_unique_or_raise(where={"id": ada.id})
    assert user.storageQuota == 5 * GIGABYTE
    assert user.storageUsed == 5 * GIGABYTE
    assert len(refused) == 7
    assert [result for result in results if result and result not in refused] == []


async def test_a_quota_that_is_lowered_meanwhile_holds(clock: Clock) -> None:
    database = fake(DatabaseService)
    users = UserService(database, Passwords(CHEAP))
    ada = await users.register("ada", "x")
    database.fake.delay("user.update_many", 60, times=1)
    reserving = asyncio.ensure_future(users.reserve_storage(ada.id, 2 * GIGABYTE))
    while database.fake.calls[-1].name != "user.update_many":
        await asyncio.sleep(0)
    await database.user.update(where={"id": ada.id}, data={"storageQuota": GIGABYTE})
    clock.advance(60)
    with pytest.raises(QuotaExceededError):
        await reserving


async def test_storage_given_back_can_be_used_again(users: UserService, ada: User) -> None:
    await users.reserve_storage(ada.id, 5 * GIGABYTE)
    await users.release_storage(ada.id, 2 * GIGABYTE)
    await users.release_storage(ada.id, 9 * GIGABYTE)
    await users.reserve_storage(ada.id, 2 * GIGABYTE)
    with pytest.raises(QuotaExceededError):
        await users.reserve_storage(ada.id, 1)
    with pytest.raises(NotFoundError):
        await users.reserve_storage("0" * 24, 1)


async def test_a_negative_size_is_refused(users: UserService, ada: User) -> None:
    with pytest.raises(InvalidValueError):
        await users.reserve_storage(ada.id, -1)
    with pytest.raises(InvalidValueError):
        await users.release_storage(ada.id, -1)
    stored = await users.database.user.find_unique_or_raise(where={"id": ada.id})
    assert stored.storageUsed == 0
