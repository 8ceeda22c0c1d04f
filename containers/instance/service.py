"""The settings of the instance: who may register, quotas. A feature service on the client.

They are one record, which is created when it is first read.
"""

from __future__ import annotations

from typing import Final

from prisma.enums import InstanceRole
from prisma.types import InstanceSettingsUpdateInput, InstanceSettingsWhereUniqueInput

from containers.errors import NotAllowedError
from database import DatabaseService
from database.selections import InstanceView

THE_INSTANCE: Final[InstanceSettingsWhereUniqueInput] = {"key": "instance"}
ADMINS: Final = (InstanceRole.OWNER, InstanceRole.ADMIN)


class InstanceService:
    """Reads and changes the settings of the instance."""

    def __init__(self, database: DatabaseService) -> None:
        self.database = database

    async def settings(self) -> InstanceView:
        """The settings; the schema's defaults if nobody has changed them."""
        settings = self.database.instancesettings.returning(InstanceView)
        found = await settings.find_unique(where=THE_INSTANCE)
        if found is not None:
            return found
        return await settings.upsert(where=THE_INSTANCE, data={"create": {}, "update": {}})

    async def change(self, user_id: str, data: InstanceSettingsUpdateInput) -> InstanceView:
        """Change settings.

        Raises:
            NotAllowedError: the user is neither the owner nor an admin of the instance.
        """
        if not await self.database.user.count(where={"id": user_id, "role": {"in": list(ADMINS)}}):
            raise NotAllowedError("Only the instance's owner and admins change its settings.")
        return await self.database.instancesettings.returning(InstanceView).upsert(
            where=THE_INSTANCE, data={"create": {}, "update": data}
        )
