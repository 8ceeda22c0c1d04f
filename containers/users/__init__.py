"""The users feature."""

from containers.users.container import UsersContainer
from containers.users.service import Profile, UserService

__all__ = ["Profile", "UserService", "UsersContainer"]
