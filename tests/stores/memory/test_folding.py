"""Letters that ignore case are alike in memory as they are to a server's regular expressions."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Any, Final

from pymongo import MongoClient

from prismongo.stores.memory.compare import fold

SINCE_LONG: Final = unicodedata.ucd_3_2_0
"""Letters that every server and every Python knows; of younger ones each version knows more."""


def letters() -> Iterator[str]:
    """Every letter that has a case."""
    for letter in map(chr, range(0x110000)):
        if SINCE_LONG.category(letter)[0] in "LMNS" and forms_of(letter) != {letter}:
            yield letter


def forms_of(letter: str) -> set[str]:
    """The letter in all cases, so far as it is one letter."""
    forms = {letter.lower(), letter.upper(), letter.casefold(), letter.title()}
    forms |= {each for form in forms for each in (form.lower(), form.upper())}
    return {form for form in forms if len(form) == 1 and SINCE_LONG.category(form) != "Cn"}


def pairs() -> list[dict[str, Any]]:
    """Each letter with all that may be its like."""
    return [
        {"pattern": rf"^{re.escape(letter)}\z", "letter": letter, "other": form}
        for letter in letters()
        for form in sorted(forms_of(letter))
    ]


def test_letters_are_alike_as_on_a_server(mongo_client: MongoClient[Any], mongo_url: str) -> None:
    database = mongo_client.get_database(mongo_url.rpartition("/")[2].partition("?")[0])
    database["pairs"].insert_many(pairs())
    match = {"$regexMatch": {"input": "$other", "regex": "$pattern", "options": "i"}}
    rows = list(database["pairs"].aggregate([{"$set": {"alike": match}}]))
    assert len(rows) > 3_000
    wrong = [
        (row["letter"], row["other"])
        for row in rows
        if (fold(row["letter"]) == fold(row["other"])) != row["alike"]
    ]
    assert wrong == []


def test_texts_fold_letter_by_letter() -> None:
    assert fold("Straße ÄÖÜ \u0130 \u017f \u212a") == fold("straße äöü \u0130 s k")
    assert fold("ß") != fold("ss")
