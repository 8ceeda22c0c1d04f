"""What others may see of a record: `returning(Profile)` reads these fields, and no other.

`prismongo check` compares the classes with schema.prisma (`[tool.prismongo]` in pyproject.toml).
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from prisma.models import Community, User
from pydantic import BaseModel, Field, computed_field

from prismongo import Count, Include, selects


@selects(User)
class PublicUser(BaseModel):
    """A user, as others see one."""

    id: str
    username: str
    bio: str | None
    created_at: datetime = Field(validation_alias="createdAt")
    chosen_name: str | None = Field(validation_alias="displayName", exclude=True)

    @computed_field  # type: ignore[prop-decorator]
    @property
    def display_name(self) -> str:
        """The name to show."""
        return self.chosen_name or self.username


class _Joined(BaseModel):
    name: str


@selects(User)
class Profile(PublicUser):
    """A user with the communities that the user is in."""

    joined: Annotated[list[_Joined], Include(order={"name": "asc"})] = Field(
        validation_alias="communities", exclude=True
    )

    @computed_field  # type: ignore[prop-decorator]
    @property
    def communities(self) -> tuple[str, ...]:
        """The names of the communities, sorted."""
        return tuple(community.name for community in self.joined)


@selects(Community)
class CommunityCard(BaseModel):
    """A community in a list."""

    id: str
    name: str
    description: str | None
    members: Annotated[int, Count("memberships")]
    channels: Annotated[int, Count("channels")]
