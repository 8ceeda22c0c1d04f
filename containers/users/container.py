"""The users feature."""

from __future__ import annotations

from dependency_injector import providers

from containers.auth.passwords import Passwords
from containers.instance import InstanceService
from containers.users.service import UserService
from database import DatabaseService
from prismongo.containers.base import Container


class UsersContainer(Container):
    """Needs a database, the password hasher and the instance; provides a `UserService`."""

    database = providers.Dependency(instance_of=DatabaseService)
    passwords = providers.Dependency(instance_of=Passwords)
    instance = providers.Dependency(instance_of=InstanceService)
    service = providers.Factory(
        UserService, database=database, passwords=passwords, instance=instance
    )
