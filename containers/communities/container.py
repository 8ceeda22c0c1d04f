"""The communities feature."""

from __future__ import annotations

from dependency_injector import providers

from containers.communities.channels import ChannelService
from containers.communities.service import CommunityService
from database import DatabaseService
from prismongo.containers.base import Container


class CommunitiesContainer(Container):
    """Needs a database; provides a `CommunityService` and a `ChannelService`."""

    database = providers.Dependency(instance_of=DatabaseService)
    service = providers.Factory(CommunityService, database=database)
    channels = providers.Factory(ChannelService, database=database)
