"""The friends feature."""

from containers.friends.container import FriendsContainer
from containers.friends.service import FriendService

__all__ = ["FriendService", "FriendsContainer"]
