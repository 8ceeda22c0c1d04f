"""Uses an invite: for somebody who registers (the users service), and for a user (AuthService)."""

from __future__ import annotations

from datetime import UTC, datetime

from prisma.models import InstanceInvite
from prisma.types import InstanceInviteWhereInput

from containers.errors import CredentialsError
from database import DatabaseService


async def redeem(database: DatabaseService, code: str, user_id: str) -> InstanceInvite:
    """Use an invite for a user, never more often than it allows, also with concurrent calls.

    A second call for the same user changes nothing.

    Args:
        database: the database, or a transaction.
        code: the invite's.
        user_id: who uses it.

    Raises:
        CredentialsError: unknown, disabled, expired or used up.
    """
    invite = await database.instanceinvite.find_unique(where={"code": code})
    if invite is None:
        raise CredentialsError("There is no such invite.")
    # The limit never changes, so the conditional write below decides between concurrent calls.
    usable: InstanceInviteWhereInput = {"id": invite.id, "isDisabled": False}
    if invite.maxUses is not None:
        usable["uses"] = {"lt": invite.maxUses}
    if user_id in invite.usedByIds:
        return invite
    if invite.expiresAt is not None and invite.expiresAt <= datetime.now(UTC):
        raise CredentialsError("The invite has expired.")
    usable["NOT"] = [{"usedByIds": {"has": user_id}}]
    await database.instanceinvite.update_many(
        where=usable, data={"uses": {"increment": 1}, "usedByIds": {"push": [user_id]}}
    )
    invite = await database.instanceinvite.find_unique_or_raise(where={"id": invite.id})
    if user_id not in invite.usedByIds:
        raise CredentialsError("The invite is used up or disabled.")
    return invite
