"""The instance feature."""

from __future__ import annotations

from dependency_injector import providers

from containers.instance.service import InstanceService
from database import DatabaseService
from prismongo.containers.base import Container


class InstanceContainer(Container):
    """Needs a database; provides an `InstanceService`."""

    database = providers.Dependency(instance_of=DatabaseService)
    service = providers.Factory(InstanceService, database=database)
