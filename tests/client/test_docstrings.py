"""What an editor shows of the actions: each argument, the answer, the errors, and an example."""

from __future__ import annotations

import inspect

import pytest
from prisma.actions import UserActions

ACTIONS = [
    name
    for name, _ in inspect.getmembers(UserActions, inspect.isfunction)
    if not name.startswith("_")
]


def test_the_actions_are_seen() -> None:
    assert {"find_many", "create", "aggregate", "find_raw", "returning"} <= set(ACTIONS)


@pytest.mark.parametrize("name", ACTIONS)
def test_the_docstring_of_an_action_is_whole(name: str) -> None:
    action = getattr(UserActions, name)
    text = inspect.getdoc(action) or ""
    arguments = [each for each in inspect.signature(action).parameters if each != "self"]
    assert arguments
    assert [each for each in arguments if f"\n    {each}: " not in text] == []
    assert "\nReturns:\n    " in text
    assert "\nRaises:\n    " in text
    assert " db." in text
