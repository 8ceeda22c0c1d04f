"""The instance feature."""

from containers.instance.container import InstanceContainer
from containers.instance.service import InstanceService

__all__ = ["InstanceContainer", "InstanceService"]
