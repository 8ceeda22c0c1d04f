"""`/// @changeImages` above a model: its collection keeps what documents were before a change.

Change streams then have them (`change.before`, filters on updates and deletes). MongoDB 6.0 and
later; `push` turns it on, and never off.
"""

from __future__ import annotations

import re
from typing import Final

from prismongo.schema.datamodel import Model

_LINE: Final = re.compile(r"^\s*@changeImages\s*$", re.MULTILINE)


def asks_for_images(model: Model) -> bool:
    """Whether the model's comments ask for images."""
    return _LINE.search(model.documentation or "") is not None
