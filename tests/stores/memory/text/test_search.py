"""The fake's searches beside the server's: how one is read, words, stems, and what is refused."""

from __future__ import annotations

import random
import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from pymongo.database import Database

from prismongo.errors import UnsupportedOperationError
from prismongo.query.nodes.filters import Search
from prismongo.stores.memory.text.forms import may_share_stem
from prismongo.stores.memory.text.search import Query, parse, searched
from prismongo.stores.memory.text.words import plain, words

TOP = Path(__file__).parents[4]
Ask = Callable[[str], dict[str, Any]]


@pytest.fixture
def read(live: Database[dict[str, Any]]) -> Ask:
    """How the server reads a search: its terms are stems."""
    live["texts"].create_index([("text", "text")])

    def ask(text: str) -> dict[str, Any]:
        command = {"find": "texts", "filter": {"$text": {"$search": text}}}
        plan = live.command("explain", command, verbosity="queryPlanner")["queryPlanner"]
        stage = plan["winningPlan"]
        while "parsedTextQuery" not in stage:
            stage = stage["inputStage"]
        return dict(stage["parsedTextQuery"])

    return ask


def test_searches_are_read_as_the_server_reads_them(read: Ask) -> None:
    parts = [
        "a1b",
        "c2d",
        "-",
        '"',
        " ",
        "-",
        '"',
        " ",
        "é3",
        " the ",
        "\t",
        ",",
        "x-y",
        "\n",
        "q\u20199",
    ]
    dice = random.Random(17)  # noqa: S311 - nothing secret
    for _ in range(500):
        text = "".join(dice.choice(parts) for _ in range(dice.randint(1, 9)))
        theirs, ours = read(text), parse(text)
        assert {plain(each) for each in ours.wanted} == set(theirs["terms"]), text
        assert {plain(each) for each in ours.excluded} == set(theirs["negatedTerms"]), text
        assert list(ours.phrases) == [plain(each) for each in theirs["phrases"]], text
        assert list(ours.excluded_phrases) == [plain(each) for each in theirs["negatedPhrases"]]


def test_words_end_where_the_servers_do(read: Ask) -> None:
    kinds = ("Cn", "Co", "Cs")
    letters = [
        chr(code)
        for code in range(1, 0x10000)
        if unicodedata.category(chr(code)) not in kinds and chr(code) not in '-"\t\n\v\f\r '
    ]
    for start in range(0, len(letters), 5_000):
        part = letters[start : start + 5_000]
        theirs = set(read(" ".join(f"{ord(each)}k{each}k" for each in part))["terms"])
        for each in part:
            is_between = words(f"{ord(each)}k{each}k") != {f"{ord(each)}k{each.lower()}k"}
            if len(each.lower()) == 1:
                assert is_between == (f"{ord(each)}k" in theirs), hex(ord(each))


def test_words_with_one_stem_are_known_to_be_such(read: Ask) -> None:
    texts = [path.read_text() for path in [*TOP.glob("*.md"), *TOP.glob("docs/*.md")]]
    known = {each for text in texts for each in re.findall(r"[a-z]{2,}(?:'s)?", text.lower())}
    known |= {"dying", "die", "skies", "sky", "tied", "ties", "tie", "create", "creation", "relate"}
    known |= {
        "relational",
        "hop",
        "hopping",
        "hoping",
        "organ",
        "organization",
        "luxuriated",
        "luxury",
    }
    by_stem = defaultdict[str, set[str]](set)
    for word in sorted(known):
        for stem in read(word)["terms"]:
            by_stem[stem].add(word)
    pairs = [pair for alike in by_stem.values() for pair in combinations(sorted(alike), 2)]
    assert len(pairs) > 500
    assert [pair for pair in pairs if not may_share_stem(*pair)] == []
    dice = random.Random(17)  # noqa: S311 - nothing secret
    stems = {word: stem for stem, alike in by_stem.items() for word in alike}
    drawn = [dice.sample(sorted(stems), 2) for _ in range(5_000)]
    others = [pair for pair in drawn if stems[pair[0]] != stems[pair[1]]]
    assert sum(may_share_stem(*pair) for pair in others) < 10  # so that little is refused


def finds(text: str, *texts: Any) -> bool:
    return searched(Search((("text",),), text))({"text": list(texts)})


def test_stop_words_are_no_words() -> None:
    assert parse('the Engine of -a -steam "the mill"') == Query(
        frozenset({"engine", "mill"}), frozenset({"steam"}), ("the mill",), ()
    )


def test_a_phrase_ignores_case_and_accents() -> None:
    assert finds('"cafe CRÈME"', "Café crème")
    assert not finds('"cafe creme" café', "Café", "crème")


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("engine", "engines"),
        ("engines", "engine"),
        ("engine's", "engine"),
        ("organization", "organ"),
        ("ships -steam", "ships steaming"),
        ("resume", "résumé"),
        ("happy", "happiness"),
    ],
)
def test_what_only_stemming_can_tell_is_refused(text: str, stored: str) -> None:
    with pytest.raises(UnsupportedOperationError, match="only the server's stemming can tell"):
        finds(text, stored)


@pytest.mark.parametrize(
    ("text", "stored", "is_found"),
    [
        ("engine ship", "engines ship", True),
        ("engine -ship", "engines ship", False),
        ('engine "a mill"', "engines", False),
        ("engine", "English", False),
        ("engine", "", False),
    ],
)
def test_another_form_that_decides_nothing_is_not_refused(
    text: str, stored: str, is_found: bool
) -> None:
    assert finds(text, stored) == is_found


def test_records_in_another_language_are_refused() -> None:
    test = searched(Search((("text",),), "engine"))
    assert test({"text": "engine", "language": "english"})
    with pytest.raises(UnsupportedOperationError, match="`language`"):
        test({"text": "engine", "language": "german"})
