"""The files feature."""

from containers.files.container import FilesContainer
from containers.files.service import FileService, Total, Totals

__all__ = ["FileService", "FilesContainer", "Total", "Totals"]
