"""Application containers: the root that reads configuration, and a folder a feature."""

from containers.application import ApplicationContainer
from containers.database import DatabaseContainer
from containers.lifecycle import running, start, stop, validate

__all__ = ["ApplicationContainer", "DatabaseContainer", "running", "start", "stop", "validate"]
