"""The auth feature: passwords, refresh tokens, invites."""

from __future__ import annotations

from dependency_injector import providers

from containers.auth.passwords import Passwords
from containers.auth.service import AuthService
from containers.auth.settings import AuthSettings
from database import DatabaseService
from prismongo.containers.base import Container


class AuthContainer(Container):
    """Needs a database and settings; provides an `AuthService` and the password hasher."""

    database = providers.Dependency(instance_of=DatabaseService)
    settings = providers.Dependency(instance_of=AuthSettings)
    passwords = providers.Singleton(Passwords, settings=settings)
    service = providers.Factory(
        AuthService, database=database, passwords=passwords, settings=settings
    )
