"""The communities feature."""

from __future__ import annotations

from dependency_injector import providers

from containers.communities.service import CommunityService
from database import DatabaseService
from prismongo.containers.base import Container


class CommunitiesContainer(Container):
    """Needs a database; provides a `CommunityService`."""

    database = providers.Dependency(instance_of=DatabaseService)
    service = providers.Factory(CommunityService, database=database)
