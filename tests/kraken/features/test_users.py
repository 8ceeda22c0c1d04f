"""Users: registration, profile, search, blocks."""

from __future__ import annotations

import asyncio

import pytest
from prisma.enums import InstanceRole, RegistrationMode
from prisma.errors import UniqueViolationError
from prisma.models import Community, User

from containers import ApplicationContainer
from containers.errors import CredentialsError, NotAllowedError, NotFoundError
from containers.users import UserService


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
    profiles = await users.search("ada")
    found_ids = [profile.id for profile in profiles]
    found = [profile.username for profile in profiles]
    assert found == ["Ada.L", "ada_x", "adam", "zed"]
    assert [profile.username for profile in await users.search("ada.")] == ["Ada.L"]
    assert await users.search("(") == []
    first = await users.search("ada", take=3)
    rest = await users.search("ada", take=3, after=first[-1].id)
    assert [profile.username for profile in [*first, *rest]] == found
    await users.database.user.update(
        where={"id": found_ids[1]}, data={"username": "bert", "displayName": None}
    )
    after = await users.search("ada", after=found_ids[1])
    assert [profile.username for profile in after] == ["zed"]


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


@pytest.fixture
async def owner(users: UserService, ada: User) -> User:
    """The owner of the instance."""
    await users.database.user.update(where={"id": ada.id}, data={"role": InstanceRole.OWNER})
    return ada


async def test_only_owner_and_admins_change_the_settings(
    container: ApplicationContainer, users: UserService, owner: User, grace: User
) -> None:
    instance = container.instance.service()
    before = await instance.settings()
    assert (before.name, before.registration_mode) == ("Chat", RegistrationMode.OPEN)
    with pytest.raises(NotAllowedError):
        await instance.change(grace.id, {"name": "Mine"})
    with pytest.raises(NotAllowedError):
        await instance.change("0" * 24, {"name": "Mine"})
    assert (await instance.change(owner.id, {"name": "Engines"})).name == "Engines"
    await users.database.user.update(where={"id": grace.id}, data={"role": InstanceRole.ADMIN})
    await instance.change(grace.id, {"description": "of Charles"})
    found = await instance.settings()
    assert (found.name, found.description) == ("Engines", "of Charles")


async def test_reading_the_settings_at_once_makes_one_record(
    container: ApplicationContainer,
) -> None:
    instance = container.instance.service()
    await asyncio.gather(*(instance.settings() for _ in range(8)))
    assert await instance.database.instancesettings.count() == 1


async def test_who_registers_has_the_quota_of_the_instance(
    container: ApplicationContainer, users: UserService, owner: User
) -> None:
    assert owner.storageQuota == 5 << 30
    await container.instance.service().change(owner.id, {"defaultStorageQuota": 1000})
    assert (await users.register("grace", "x")).storageQuota == 1000


async def test_nobody_registers_where_it_is_closed(
    container: ApplicationContainer, users: UserService, owner: User
) -> None:
    await container.instance.service().change(
        owner.id, {"registrationMode": RegistrationMode.CLOSED}
    )
    invite = await container.auth.service().invite()
    for code in (None, invite.code):
        with pytest.raises(NotAllowedError):
            await users.register("grace", "x", invite=code)
    assert await users.database.user.count() == 1


async def test_an_invite_registers_no_more_users_than_it_allows(
    container: ApplicationContainer, users: UserService, owner: User
) -> None:
    await container.instance.service().change(
        owner.id, {"registrationMode": RegistrationMode.INVITE_ONLY}
    )
    invite = await container.auth.service().invite(max_uses=3)
    for code in (None, "unknown"):
        with pytest.raises(CredentialsError):
            await users.register("nobody", "x", invite=code)
    results = await asyncio.gather(
        *(users.register(f"user{number}", "x", invite=invite.code) for number in range(8)),
        return_exceptions=True,
    )
    assert sum(isinstance(result, User) for result in results) == 3
    assert sum(isinstance(result, CredentialsError) for result in results) == 5
    with pytest.raises(UniqueViolationError):
        await users.register("ada", "x", invite=(await container.auth.service().invite()).code)
    assert await users.database.user.count() == 4
    used = await users.database.instanceinvite.find_unique_or_raise(where={"id": invite.id})
    assert (used.uses, len(used.usedByIds)) == (3, 3)
