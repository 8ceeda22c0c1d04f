"""Exhaustive: a new node, verb or kind is an error of the type checker, never a wrong default.

Every `match` ends in `assert_never`, or refuses what it does not know. mypy's `exhaustive-match`
reports the missing case of one without a default.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.project import TOP

ROOMS = ("query", "stores", "engine", "changes", "check")
VALUES = "prismongo/query/values/"  # codecs: any object of Python or BSON

# Where the classes and literals of closed unions are defined.
NODES = (
    *sorted((TOP / "prismongo/query/nodes").glob("*.py")),
    TOP / "prismongo/query/decode/conformance.py",
    TOP / "prismongo/stores/mongo/compile/commands.py",
    TOP / "prismongo/stores/mongo/push/events.py",
    TOP / "prismongo/stores/mongo/push/plan.py",
)

# A `match` on what has no end: objects of any type, texts of a server. Each has a right default.
OPEN = {
    ("prismongo/engine/graphql/parse.py", "_object"): "an object of a query, whatever its keys",
    ("prismongo/engine/observe.py", "redact"): "a command's values, of any type",
    ("prismongo/engine/structured.py", "_copied"): "an argument's values, of any type",
    ("prismongo/stores/mongo/errors.py", "_of_driver"): "a code of Prisma's; else P2035",
    ("prismongo/stores/mongo/errors.py", "_translate_failure"): "the same; else `_other`",
    ("prismongo/stores/mongo/errors.py", "_other"): "the same; else P2035",
}

MODULES = sorted(
    str(path.relative_to(TOP))
    for room in ROOMS
    for path in (TOP / "prismongo" / room).rglob("*.py")
)
Function = ast.FunctionDef | ast.AsyncFunctionDef


def tree_of(path: str | Path) -> ast.Module:
    return ast.parse((TOP / path).read_text(encoding="utf-8"))


def classes() -> set[str]:
    return {
        node.name for path in NODES for node in tree_of(path).body if isinstance(node, ast.ClassDef)
    }


NODE_CLASSES = classes()


def functions_of(module: str) -> Iterator[Function]:
    for node in ast.walk(tree_of(module)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def matches_of(module: str) -> Iterator[tuple[str, ast.Match]]:
    """Each `match`, with the innermost function around it."""
    innermost = {
        node: function.name
        for function in functions_of(module)  # outer functions come first
        for node in ast.walk(function)
        if isinstance(node, ast.Match)
    }
    for node, name in innermost.items():
        yield name, node


def is_wildcard(case: ast.match_case) -> bool:
    return isinstance(case.pattern, ast.MatchAs) and case.pattern.pattern is None


def is_asserted_never(case: ast.match_case) -> bool:
    """Whether it is `case _: assert_never(…)`."""
    match case.body:
        case [ast.Expr(value=ast.Call(func=ast.Name(id="assert_never")))]:
            return is_wildcard(case) and case.guard is None
        case _:
            return False


def is_refused(case: ast.match_case) -> bool:
    """Whether it is `case _: raise …`."""
    return is_wildcard(case) and case.guard is None and isinstance(case.body[-1], ast.Raise)


def names_nodes(match: ast.Match) -> bool:
    """Whether a pattern of the `match` names one of our node classes."""
    named = {
        each.cls.id
        for case in match.cases
        for each in ast.walk(case.pattern)
        if isinstance(each, ast.MatchClass) and isinstance(each.cls, ast.Name)
    }
    return bool(named & NODE_CLASSES)


def wrong_ends(module: str) -> dict[str, int]:
    """The functions whose `match` has a default with a meaning, or none, and the line."""
    found = {}
    for function, match in matches_of(module):
        *others, last = match.cases
        is_right = is_asserted_never(last) or (not names_nodes(match) and is_refused(last))
        if any(map(is_wildcard, others)) or not is_right:
            found[function] = match.lineno
    return found


@pytest.mark.parametrize("module", [each for each in MODULES if not each.startswith(VALUES)])
def test_a_match_ends_in_assert_never_or_refuses(module: str) -> None:
    allowed = {function for path, function in OPEN if path == module}

    assert wrong_ends(module).keys() == allowed


@pytest.mark.parametrize("module", MODULES)
def test_nodes_are_told_apart_by_match(module: str) -> None:
    """A chain of `isinstance` ends in an `else` that takes whatever is left."""
    chains = [
        node.lineno
        for node in ast.walk(tree_of(module))
        if isinstance(node, ast.If)
        and asks_for_a_node(node)
        and any(map(asks_for_a_node, node.orelse))
    ]

    assert not chains


def asks_for_a_node(node: ast.AST) -> bool:
    """Whether it is `if isinstance(…, Node)`, perhaps with other conditions."""
    return isinstance(node, ast.If) and any(
        isinstance(call, ast.Call)
        and isinstance(call.func, ast.Name)
        and call.func.id == "isinstance"
        and not NODE_CLASSES.isdisjoint(
            each.id for each in ast.walk(call.args[1]) if isinstance(each, ast.Name)
        )
        for call in ast.walk(node.test)
    )


# --- the test itself ---

UNFINISHED = """
def named(item):
    match item:
        case {node}():
            return 1
        {last}
"""


@pytest.mark.parametrize(
    ("node", "last", "is_wrong"),
    [
        ("And", "case _: assert_never(item)", False),
        ("And", "case _: return 2", True),
        ("And", "case _: raise AssertionError", True),
        ("And", "case other: return other", True),
        ("And", "case Or(): return 2", True),
        ("str", "case _: assert_never(item)", False),
        ("str", "case _: raise ValueError", False),
        ("str", "case _: return 2", True),
        ("str", "case int(): return 2", True),
    ],
)
def test_a_default_with_a_meaning_is_found(
    node: str, last: str, is_wrong: bool, tmp_path: Path
) -> None:
    path = tmp_path / "module.py"
    path.write_text(UNFINISHED.format(node=node, last=last), encoding="utf-8")

    assert ("named" in wrong_ends(str(path))) is is_wrong
