"""The auth feature."""

from containers.auth.container import AuthContainer
from containers.auth.passwords import Passwords
from containers.auth.service import AuthService, Session
from containers.auth.settings import AuthSettings

__all__ = ["AuthContainer", "AuthService", "AuthSettings", "Passwords", "Session"]
