"""The error that validation raises, and the path of the mistake that it names."""

from __future__ import annotations

from typing import Any, Final

import pytest
from prisma import errors

from prismongo.query.nodes.requests import Action, Request, Selection
from prismongo.query.validate.validator import Validator
from tests.query.schemas import datamodel

UNKNOWN: Final = errors.FieldNotFoundError
MISSING: Final = errors.MissingRequiredValueError

Where = dict[str, Any]
Arguments = dict[str, Any]


def refusal(action: Action, arguments: Arguments, *selected: Selection) -> errors.DataError:
    """The error that a request about users meets."""
    request = Request(action, "User", arguments, selected)
    with pytest.raises(errors.DataError) as caught:
        Validator(datamodel()).validate(request)
    return caught.value


def path_of(error: errors.DataError) -> str:
    """The path that the error carries for programs, which its text names too."""
    path = ".".join(error.meta.get("argumentPath") or error.meta["selectionPath"])
    assert path in str(error) or path.rpartition(".")[0] in str(error)
    return path
