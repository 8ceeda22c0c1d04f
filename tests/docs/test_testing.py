"""docs/testing.md: each recipe runs, on both databases, and is as short as it says."""

from __future__ import annotations

import re

import pytest

from tests.project import TOP

pytest_plugins = ["pytester"]

TEXT = (TOP / "docs" / "testing.md").read_text(encoding="utf-8")
RECIPES = dict(re.findall(r"```python\n# (\w+)\.py\n(.*?)```", TEXT, re.DOTALL))
SHORT = {"test_communities": 5, "test_messages": 5, "conftest": 9}


def test_every_example_is_a_recipe() -> None:
    assert len(RECIPES) == TEXT.count("```python") == 9


@pytest.mark.parametrize("name", SHORT)
def test_a_recipe_is_as_short_as_it_says(name: str) -> None:
    lines = [line for line in RECIPES[name].splitlines() if line.strip()]
    assert len(lines) <= SHORT[name]


@pytest.mark.parametrize("kind", ["fake", "mongo"])
def test_every_recipe_runs(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(TOP))
    pytester.makeini(
        "[pytest]\n"
        "asyncio_mode = auto\n"
        "asyncio_default_fixture_loop_scope = function\n"
        "filterwarnings = error\n"
    )
    pytester.makepyfile(**RECIPES)
    options = ("-p", "no:cacheprovider", f"--prismongo={kind}")
    result = pytester.runpytest_subprocess(*options)
    tests = sum(text.count("def test_") for text in RECIPES.values())
    result.assert_outcomes(passed=tests)
