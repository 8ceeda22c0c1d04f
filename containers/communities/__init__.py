"""The communities feature."""

from containers.communities.channels import ChannelService
from containers.communities.container import CommunitiesContainer
from containers.communities.service import CommunityService

__all__ = ["ChannelService", "CommunitiesContainer", "CommunityService"]
