"""docs/architecture.md names modules and functions that exist."""

from __future__ import annotations

import ast
import re

import pytest

from tests.project import TOP

TEXT = (TOP / "docs" / "architecture.md").read_text(encoding="utf-8")
WALKED = re.findall(r"^\| `(prismongo/[\w/]+\.py)` \| `([\w.]+)` \|", TEXT, re.MULTILINE)


@pytest.mark.parametrize("path", sorted(set(re.findall(r"`((?:prismongo|tests)/[\w/.]+)`", TEXT))))
def test_a_path_exists(path: str) -> None:
    assert (TOP / path).exists()


@pytest.mark.parametrize(("path", "name"), WALKED)
def test_a_function_of_a_walk_is_in_its_module(path: str, name: str) -> None:
    body = ast.parse((TOP / path).read_text(encoding="utf-8")).body
    for part in name.split("."):
        found = [
            node
            for node in body
            if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
            and node.name == part
        ]
        assert found
        body = found[-1].body


def test_three_operations_are_walked_through() -> None:
    assert len(re.findall(r"^## .*, step by step$", TEXT, re.MULTILINE)) == 3
    assert len(WALKED) > 25
