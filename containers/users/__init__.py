"""The users feature."""

from containers.users.container import UsersContainer
from containers.users.service import UserService

__all__ = ["UserService", "UsersContainer"]
