"""Files: reserve space, store or give up, totals and quota. A feature service on the client.

    reserve ──▶ PENDING ──store──▶ STORED
                   └──────fail───▶ FAILED, the space is given back

The database has the facts of a file; its content is stored elsewhere, under the storage key. A
user's `storageUsed` and the file change in one transaction. So it is always the sum of the sizes of
the user's files that are pending or stored.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from prisma import Base64
from prisma.enums import FileStatus
from prisma.models import File
from prisma.types import AttachmentCreateInput

from containers.errors import InvalidValueError, NotFoundError, QuotaExceededError
from containers.instance import InstanceService
from database import DatabaseService
from database.selections import FileView, StorageQuota
from prismongo import atomic

BY_STATUS: list[Literal["status"]] = ["status"]
BY_MIME_TYPE: list[Literal["mimeType"]] = ["mimeType"]


@dataclass(frozen=True, slots=True)
class Total:
    """How many files there are, and their bytes."""

    files: int = 0
    size: int = 0


@dataclass(frozen=True, slots=True)
class Totals:
    """The files of a user.

    Attributes:
        stored: those that are stored.
        by_status: all, per status; one without files is left out.
        by_mime_type: those that are stored, per MIME type.
    """

    stored: Total
    by_status: dict[FileStatus, Total]
    by_mime_type: dict[str, Total]


class FileService:
    """Reserves space, stores files, and counts them."""

    def __init__(self, database: DatabaseService, instance: InstanceService | None = None) -> None:
        self.database = database
        self._instance = instance or InstanceService(database)

    async def reserve(
        self, owner_id: str, name: str, size: int, *, mime_type: str = "application/octet-stream"
    ) -> FileView:
        """Reserve space for a file, never above the quota, also with concurrent calls.

        Args:
            owner_id: whose quota it uses.
            name: the file's name.
            size: the bytes that it needs at most.
            mime_type: what it contains.

        Raises:
            QuotaExceededError: the quota does not allow it, or it is larger than any file may be.
            NotFoundError: there is no such user.
            InvalidValueError: `size` is negative.
        """
        _check_size(size)
        if size > (await self._instance.settings()).max_file_size:
            raise QuotaExceededError("The file is larger than a file may be.")
        return await self._reserve(owner_id, name, size, mime_type)

    @atomic
    async def _reserve(self, owner_id: str, name: str, size: int, mime_type: str) -> FileView:
        user = await self.database.user.update(
            where={"id": owner_id}, data={"storageUsed": {"increment": size}}
        )
        if user is None:
            raise NotFoundError("There is no such user.")
        if user.storageUsed > user.storageQuota:  # the error rolls the transaction back
            raise QuotaExceededError("There is not enough storage left.")
        return await self.database.file.returning(FileView).create(
            data={"ownerId": owner_id, "name": name, "mimeType": mime_type, "size": size}
        )

    @atomic
    async def store(
        self, file_id: str, owner_id: str, *, checksum: bytes, size: int, storage_key: str
    ) -> AttachmentCreateInput:
        """Mark a file as stored; gives back the space that it did not need.

        Args:
            file_id: a file that is pending.
            owner_id: its owner.
            checksum: of its content.
            size: its bytes.
            storage_key: where its content is.

        Returns:
            What a message takes: `MessageService.post(attachments=[…])`.

        Raises:
            NotFoundError: the user has no such pending file.
            InvalidValueError: `size` is negative, or more than what was reserved.
            UniqueViolationError: another file has the storage key (P2002).
        """
        _check_size(size)
        file = await _pending(self.database, file_id, owner_id)
        if size > file.size:
            raise InvalidValueError("The file is larger than what was reserved for it.")
        await self.database.file.update(
            where={"id": file_id},
            data={
                "status": FileStatus.STORED,
                "size": size,
                "checksum": Base64.encode(checksum),
                "storageKey": storage_key,
            },
        )
        await _give_back(self.database, owner_id, file.size - size)
        return {"fileId": file.id, "name": file.name, "mimeType": file.mimeType, "size": size}

    @atomic
    async def fail(self, file_id: str, owner_id: str) -> None:
        """Give a file up, and its space back.

        Raises:
            NotFoundError: the user has no such pending file.
        """
        file = await _pending(self.database, file_id, owner_id)
        await self.database.file.update(where={"id": file_id}, data={"status": FileStatus.FAILED})
        await _give_back(self.database, owner_id, file.size)

    async def quota(self, owner_id: str) -> StorageQuota:
        """The used and the allowed bytes of a user.

        Raises:
            NotFoundError: there is no such user.
        """
        found = await self.database.user.returning(StorageQuota).find_unique(where={"id": owner_id})
        if found is None:
            raise NotFoundError("There is no such user.")
        return found

    async def totals(self, owner_id: str) -> Totals:
        """The number and the bytes of a user's files; three queries in total."""
        files = self.database.file
        stored = await files.aggregate(
            where={"ownerId": owner_id, "status": FileStatus.STORED},
            count=True,
            sum={"size": True},
        )
        statuses = await files.group_by(
            BY_STATUS, where={"ownerId": owner_id}, count=True, sum={"size": True}
        )
        types = await files.group_by(
            BY_MIME_TYPE,
            where={"ownerId": owner_id, "status": FileStatus.STORED},
            count=True,
            sum={"size": True},
        )
        return Totals(
            Total(stored["_count"]["_all"], stored["_sum"]["size"] or 0),
            {
                row["status"]: Total(row["_count"]["_all"], row["_sum"]["size"] or 0)
                for row in statuses
            },
            {
                row["mimeType"]: Total(row["_count"]["_all"], row["_sum"]["size"] or 0)
                for row in types
            },
        )


async def _pending(database: DatabaseService, file_id: str, owner_id: str) -> File:
    """A file that is written next: of two transactions at once, one starts again and misses it."""
    file = await database.file.find_first(
        where={"id": file_id, "ownerId": owner_id, "status": FileStatus.PENDING}
    )
    if file is None:
        raise NotFoundError("There is no such pending file of this user.")
    return file


async def _give_back(database: DatabaseService, owner_id: str, size: int) -> None:
    await database.user.update_many(
        where={"id": owner_id}, data={"storageUsed": {"decrement": size}}
    )


def _check_size(size: int) -> None:
    if size < 0:
        raise InvalidValueError("A size in bytes cannot be negative.")
