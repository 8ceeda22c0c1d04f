"""Whether two words may be forms of one word for MongoDB, which stems English words (Snowball).

The answer is careful: `may_share_stem` is true for all words whose stems are equal, and for some
others. Source: Snowball, "The English (Porter2) stemming algorithm".
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from prismongo.stores.memory.text.words import plain

_ENDINGS: Final = re.compile(
    r"(?:'s'|'s?|s|e|y|i|l|d|ed|ing|ly|li|at|ate|iz|ize|bl|able|ably|ible|ibly|bil|abil|ibil|it|"
    r"al|ial|ic|ion|or|er|ism|ous|ive?|ful|ness|less|e?ment?|ent|ant|anc|enc|log|og)*"
)
"""What the algorithm takes off a word or changes at its end, as often as it does so."""

_IRREGULAR: Final = {"dying": "die", "lying": "lie", "tying": "tie", "skies": "sky", "skis": "ski"}
_SHORTEST: Final = 2
"""The letters that stay of a word at least."""


@lru_cache(maxsize=4096)
def may_share_stem(first: str, second: str) -> bool:
    """Whether two different words may have one stem."""
    one, other = (_IRREGULAR.get(each, each) for each in (plain(first), plain(second)))
    if one == other:
        return True
    longest = next(n for n in range(len(one) + 1) if one[: n + 1] != other[: n + 1])
    return any(
        _is_ending(one, length) and _is_ending(other, length)
        for length in range(longest, _SHORTEST - 1, -1)
    )


def _is_ending(word: str, start: int) -> bool:
    """Whether what follows is an ending; a consonant may be doubled (`hopping`)."""
    rest = word[start:]
    doubled = rest[:1] == word[start - 1]
    return bool(_ENDINGS.fullmatch(rest) or (doubled and _ENDINGS.fullmatch(rest[1:])))
