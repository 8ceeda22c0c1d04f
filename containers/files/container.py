"""The files feature."""

from __future__ import annotations

from dependency_injector import providers

from containers.files.service import FileService
from containers.instance import InstanceService
from database import DatabaseService
from prismongo.containers.base import Container


class FilesContainer(Container):
    """Needs a database and the instance's settings; provides a `FileService`."""

    database = providers.Dependency(instance_of=DatabaseService)
    instance = providers.Dependency(instance_of=InstanceService)
    service = providers.Factory(FileService, database=database, instance=instance)
