"""The users feature."""

from __future__ import annotations

from dependency_injector import providers

from containers.auth.passwords import Passwords
from containers.users.service import UserService
from database import DatabaseService
from prismongo.containers.base import Container


class UsersContainer(Container):
    """Needs a database and the password hasher; provides a `UserService`."""

    database = providers.Dependency(instance_of=DatabaseService)
    passwords = providers.Dependency(instance_of=Passwords)
    service = providers.Factory(UserService, database=database, passwords=passwords)
