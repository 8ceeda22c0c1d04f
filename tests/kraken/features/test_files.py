"""Files: space that is reserved, used and given back, totals, the quota."""

from __future__ import annotations

import asyncio

import pytest
from prisma.enums import FileStatus, InstanceRole
from prisma.errors import UniqueViolationError
from prisma.models import User

from containers import ApplicationContainer
from containers.errors import InvalidValueError, NotFoundError, QuotaExceededError
from containers.files import FileService, Total
from database import DatabaseService
from database.selections import FileView
from prismongo.testing import factory, fake
from tests.clock import Clock

NOBODY = "0" * 24
QUOTA = 5_000
CHECKSUM = bytes(range(32))


@pytest.fixture
async def files(container: ApplicationContainer, ada: User) -> FileService:
    """The service; Ada has a small quota."""
    service = container.files.service()
    await service.database.user.update(where={"id": ada.id}, data={"storageQuota": QUOTA})
    return service


async def store(files: FileService, file: FileView, owner: User, size: int) -> None:
    await files.store(file.id, owner.id, checksum=CHECKSUM, size=size, storage_key=file.id)


async def assert_counted(files: FileService, user: User, expected: int) -> None:
    """What a user has used is the sum of the files that are pending or stored."""
    found = await files.database.file.aggregate(
        where={"ownerId": user.id, "status": {"not": FileStatus.FAILED}}, sum={"size": True}
    )
    assert (await files.quota(user.id)).used == (found["_sum"]["size"] or 0) == expected


async def test_a_file_is_reserved_then_stored(files: FileService, ada: User) -> None:
    file = await files.reserve(ada.id, "engine.png", 1_000, mime_type="image/png")
    assert (file.name, file.mime_type, file.size, file.status) == (
        "engine.png",
        "image/png",
        1_000,
        FileStatus.PENDING,
    )
    await assert_counted(files, ada, 1_000)
    attachment = await files.store(
        file.id, ada.id, checksum=CHECKSUM, size=600, storage_key="bucket/one"
    )
    assert attachment == {
        "fileId": file.id,
        "name": "engine.png",
        "mimeType": "image/png",
        "size": 600,
    }
    await assert_counted(files, ada, 600)
    stored = await files.database.file.find_unique_or_raise(where={"id": file.id})
    assert (stored.status, stored.size, stored.storageKey) == (
        FileStatus.STORED,
        600,
        "bucket/one",
    )
    assert stored.checksum is not None
    assert stored.checksum.decode() == CHECKSUM


async def test_a_message_shows_what_was_stored(
    container: ApplicationContainer, files: FileService, ada: User, channel_id: str
) -> None:
    file = await files.reserve(ada.id, "engine.png", 1_000)
    attachment = await files.store(
        file.id, ada.id, checksum=CHECKSUM, size=1_000, storage_key="one"
    )
    message = await container.messages.service().post(
        channel_id, ada.id, "look", attachments=[attachment]
    )
    (shown,) = message.attachments
    assert (shown.file_id, shown.name, shown.size) == (file.id, "engine.png", 1_000)


async def test_space_that_is_given_up_can_be_used_again(files: FileService, ada: User) -> None:
    file = await files.reserve(ada.id, "a", QUOTA)
    with pytest.raises(QuotaExceededError):
        await files.reserve(ada.id, "b", 1)
    await files.fail(file.id, ada.id)
    await assert_counted(files, ada, 0)
    await files.reserve(ada.id, "b", QUOTA)
    await assert_counted(files, ada, QUOTA)


async def test_reserving_stops_at_the_quota_however_many_reserve(
    files: FileService, ada: User
) -> None:
    results = await asyncio.gather(
        *(files.reserve(ada.id, str(number), 1_000) for number in range(12)),
        return_exceptions=True,
    )
    assert sum(isinstance(result, FileView) for result in results) == 5
    assert sum(isinstance(result, QuotaExceededError) for result in results) == 7
    await assert_counted(files, ada, QUOTA)
    assert await files.database.file.count() == 5


async def test_of_storing_and_failing_at_once_one_happens(files: FileService, ada: User) -> None:
    reserved = [await files.reserve(ada.id, str(number), 500) for number in range(8)]
    attempts = [
        attempt
        for file in reserved
        for attempt in (store(files, file, ada, 300), files.fail(file.id, ada.id))
    ]
    results = await asyncio.gather(*attempts, return_exceptions=True)
    assert sum(isinstance(result, NotFoundError) for result in results) == 8
    assert sum(result is None for result in results) == 8
    stored = await files.database.file.count(where={"status": FileStatus.STORED})
    await assert_counted(files, ada, stored * 300)


async def test_a_quota_that_is_lowered_meanwhile_holds(clock: Clock) -> None:
    database = fake(DatabaseService)
    files = FileService(database)
    ada = await factory(User, database).create()
    database.fake.delay("user.update", 4, times=1)  # a transaction has 5
    reserving = asyncio.ensure_future(files.reserve(ada.id, "a", 2_000))
    while database.fake.calls[-1].name != "user.update":
        await asyncio.sleep(0)
    await database.user.update_many(where={"id": ada.id}, data={"storageQuota": 1_000})
    clock.advance(4)
    with pytest.raises(QuotaExceededError):
        await reserving


async def test_what_is_not_pending_or_another_users_is_not_found(
    files: FileService, ada: User, grace: User
) -> None:
    file = await files.reserve(ada.id, "a", 10)
    for owner in (grace.id, NOBODY):
        with pytest.raises(NotFoundError):
            await files.store(file.id, owner, checksum=CHECKSUM, size=1, storage_key="x")
        with pytest.raises(NotFoundError):
            await files.fail(file.id, owner)
    await store(files, file, ada, 10)
    with pytest.raises(NotFoundError):
        await store(files, file, ada, 10)
    with pytest.raises(NotFoundError):
        await files.fail(file.id, ada.id)
    with pytest.raises(NotFoundError):
        await files.reserve(NOBODY, "a", 1)
    with pytest.raises(NotFoundError):
        await files.quota(NOBODY)
    await assert_counted(files, ada, 10)


async def test_sizes_that_are_refused(
    container: ApplicationContainer, files: FileService, ada: User
) -> None:
    file = await files.reserve(ada.id, "a", 10)
    with pytest.raises(InvalidValueError):
        await files.reserve(ada.id, "b", -1)
    for size in (-1, 11):
        with pytest.raises(InvalidValueError):
            await store(files, file, ada, size)
    await files.database.user.update(where={"id": ada.id}, data={"role": InstanceRole.OWNER})
    await container.instance.service().change(ada.id, {"maxFileSize": 100})
    with pytest.raises(QuotaExceededError, match="larger than a file"):
        await files.reserve(ada.id, "b", 101)
    await files.reserve(ada.id, "b", 100)
    await assert_counted(files, ada, 110)


async def test_a_storage_key_is_one_files(files: FileService, ada: User) -> None:
    one, other = [await files.reserve(ada.id, name, 10) for name in ("a", "b")]
    await files.store(one.id, ada.id, checksum=CHECKSUM, size=5, storage_key="key")
    with pytest.raises(UniqueViolationError):
        await files.store(other.id, ada.id, checksum=CHECKSUM, size=5, storage_key="key")
    await assert_counted(files, ada, 15)


async def test_totals_are_per_status_and_per_mime_type(
    files: FileService, ada: User, grace: User
) -> None:
    empty = await files.totals(ada.id)
    assert (empty.stored, empty.by_status, empty.by_mime_type) == (Total(), {}, {})
    for name, mime_type, size in (
        ("a", "image/png", 100),
        ("b", "image/png", 50),
        ("c", "text/plain", 7),
    ):
        file = await files.reserve(ada.id, name, 200, mime_type=mime_type)
        await store(files, file, ada, size)
    await files.fail((await files.reserve(ada.id, "d", 30)).id, ada.id)
    await files.reserve(ada.id, "e", 40)
    await store(files, await files.reserve(grace.id, "f", 1), grace, 1)
    totals = await files.totals(ada.id)
    assert totals.stored == Total(3, 157)
    assert totals.by_mime_type == {"image/png": Total(2, 150), "text/plain": Total(1, 7)}
    assert totals.by_status == {
        FileStatus.STORED: Total(3, 157),
        FileStatus.FAILED: Total(1, 30),
        FileStatus.PENDING: Total(1, 40),
    }
    quota = await files.quota(ada.id)
    assert (quota.used, quota.allowed, quota.left) == (197, QUOTA, QUOTA - 197)
