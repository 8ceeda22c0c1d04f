"""Search → a predicate on a document: plain words, phrases and exclusions.

What only the server's stemming can tell is refused. Source: MongoDB, `db/fts/fts_query_impl.cpp`,
`fts_query_parser.cpp` and `fts_matcher.cpp`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from prismongo.query.errors.input import unsupported
from prismongo.query.nodes.filters import Path, Search
from prismongo.query.nodes.rows import Row
from prismongo.stores.memory.text.forms import may_share_stem
from prismongo.stores.memory.text.words import plain, words

_TOKEN: Final = re.compile(r"(?P<mark>[-\"])|(?P<text>[^-\"\n\v\f\r ]+)")
_LANGUAGE: Final = "language"
"""The field of a document that says in which language its texts are."""


@dataclass(frozen=True, slots=True)
class Query:
    """What a search asks for: words in lower case, phrases as they are compared."""

    wanted: frozenset[str]
    excluded: frozenset[str]
    phrases: tuple[str, ...]
    excluded_phrases: tuple[str, ...]


def searched(item: Search) -> Callable[[Row], bool]:
    """A test whether the search finds a document.

    Raises:
        UnsupportedOperationError: P2026, by the test: only the server can tell.
    """
    query = parse(item.text)

    def check(row: Row) -> bool:
        texts = [text for path in item.paths for text in _texts(row, path)]
        found = _matches(query, texts)
        if found is None:
            raise unsupported(
                "A search on the fake for a word of which a record has another form",
                "only the server's stemming can tell; test it on a real server",
            )
        return found

    return check


def parse(text: str) -> Query:
    """The parts of a search: `-` excludes what follows up to white space, `"…"` is a phrase."""
    wanted: list[str] = []
    excluded: list[str] = []
    phrases: tuple[list[str], list[str]] = ([], [])
    is_negated, start, end = False, -1, 0
    for token in _TOKEN.finditer(text):
        is_after_space = token.start() > end or not token.start()
        end = token.end()
        if token["mark"] == "-":
            is_negated = is_negated or (start < 0 and is_after_space)
        elif start >= 0 and token["mark"]:
            phrases[is_negated].append(plain(text[start : token.start()]))
            start = -1
        elif start < 0 or not is_negated:
            is_negated = is_negated and (start >= 0 or not is_after_space)
            if token["mark"]:
                start = token.end()
            else:
                (excluded if is_negated else wanted).append(token[0])
    return Query(words(" ".join(wanted)), words(" ".join(excluded)), *map(tuple, phrases))


def _matches(query: Query, texts: list[str]) -> bool | None:
    """Whether the texts of a document match; None: only stemming can tell."""
    if not query.wanted:
        return False
    held = frozenset[str]().union(*map(words, texts))
    has_wanted, has_excluded = _holds(query.wanted, held), _holds(query.excluded, held)
    if has_wanted is False or has_excluded:
        return False
    compared = [plain(text) for text in texts]
    if not all(_is_in(phrase, compared) for phrase in query.phrases):
        return False
    if any(_is_in(phrase, compared) for phrase in query.excluded_phrases):
        return False
    return None if has_wanted is None or has_excluded is None else True


def _is_in(phrase: str, texts: Iterable[str]) -> bool:
    return any(phrase in text for text in texts)


def _holds(wanted: frozenset[str], held: frozenset[str]) -> bool | None:
    """Whether one of the words is held; None if only another form of one may be."""
    if wanted & held:
        return True
    return None if any(may_share_stem(one, each) for one in wanted for each in held) else False


def _texts(value: Any, path: Path) -> Iterator[str]:
    """The texts at a path; those in lists, too."""
    if isinstance(value, list):
        for each in value:
            yield from _texts(each, path)
    elif isinstance(value, dict) and path:
        _check_language(value)
        yield from _texts(value.get(path[0]), path[1:])
    elif isinstance(value, str) and not path:
        yield value


def _check_language(document: Row) -> None:
    """The server reads a document's texts in the language that a field of this name says."""
    if str(document.get(_LANGUAGE, "english")).lower() not in ("english", "en"):
        raise unsupported(
            f"A search on the fake in records with a stored field `{_LANGUAGE}`",
            "the server takes it for the language of their texts; test it on a real server",
        )
