"""`/// @changeImages` above a model: its collection keeps images of changed documents.

An image is the document before a change. Change streams need it for `change.before`, and for
filters on updates and deletes. It needs MongoDB 6.0. `push` turns it on, but never off.
"""

from __future__ import annotations

import re
from typing import Final

from prismongo.schema.datamodel import Model

_LINE: Final = re.compile(r"^\s*@changeImages\s*$", re.MULTILINE)


def asks_for_images(model: Model) -> bool:
    """Whether the model's comments ask for images."""
    return _LINE.search(model.documentation or "") is not None
