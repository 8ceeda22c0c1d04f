"""Words of a text, as MongoDB's text index in English has them before it stems them.

Source: MongoDB, `db/fts/fts_unicode_tokenizer.cpp`, `db/fts/unicode`, `stop_words_english.txt`; the
characters between words are those of some Unicode properties, here as an embedded server has them.
"""

from __future__ import annotations

import re
from typing import Final
from unicodedata import category, normalize

from prismongo.stores.memory.compare import fold

_BETWEEN: Final = (
    # white space and punctuation of ASCII without the apostrophe
    "\t-\r -&(-/:-@[-^`{-~"
    # Pattern_Syntax, which never changes
    "\xa1-\xa7\xa9\xab-\xac\xae\xb0-\xb1\xb6\xbb\xbf\xd7\xf7\u2010-\u2027\u2030-\u203e\u2041-\u2053\u2055-\u205e\u2190-\u245f"
    "\u2500-\u2775\u2794-\u2bff\u2e00-\u2e7f\u3001-\u3003\u3008-\u3020\u3030\ufd3e-\ufd3f"
    "\ufe45-\ufe46"
    # white space, dashes, quotation marks and what ends a sentence elsewhere
    "\x85\xa0\xad\u037e\u0387\u0589-\u058a\u05be\u05c3\u060c\u061b\u061f\u06d4\u0700-\u070a\u070c"
    "\u07f8-\u07f9\u0830-\u083e\u085e\u0964-\u0965\u0e5a-\u0e5b\u0f08\u0f0d-\u0f12\u104a-\u104b"
    "\u1361-\u1368\u1400\u166d-\u166e\u1680\u16eb-\u16ed\u1735-\u1736\u17d4-\u17d6\u17da"
    "\u1802-\u1806\u1808-\u1809\u1944-\u1945\u1aa8-\u1aab\u1b5a-\u1b5b\u1b5d-\u1b5f\u1c3b-\u1c3f"
    "\u1c7e-\u1c7f\u2000-\u200a\u2028-\u2029\u202f\u205f\u207b\u208b\u3000\u30a0\u30fb"
    "\ua4fe-\ua4ff\ua60d-\ua60f\ua6f3-\ua6f7\ua876-\ua877\ua8ce-\ua8cf\ua92f\ua9c7-\ua9c9"
    "\uaa5d-\uaa5f\uaadf\uaaf0-\uaaf1\uabeb\ufe31-\ufe32\ufe41-\ufe44\ufe50-\ufe52\ufe54-\ufe58"
    "\ufe63\uff01-\uff02\uff07\uff0c-\uff0e\uff1a-\uff1b\uff1f\uff61-\uff65"
)
_WORD: Final = re.compile(f"[^{_BETWEEN.replace('[', chr(92) + '[')}]+")

_STOP_WORDS: Final = frozenset(
    """
    a about above after again against all am an and any are aren't as at be because been before
    being below between both but by can't cannot could couldn't did didn't do does doesn't doing
    don't down during each few for from further had hadn't has hasn't have haven't having he he'd
    he'll he's her here here's hers herself him himself his how how's i i'd i'll i'm i've if in into
    is isn't it it's its itself let's me more most mustn't my myself no nor not of off on once only
    or other ought our ours ourselves out over own same shan't she she'd she'll she's should
    shouldn't so some such than that that's the their theirs them themselves then there there's
    these they they'd they'll they're they've this those through to too under until up very was
    wasn't we we'd we'll we're we've were weren't what what's when when's where where's which while
    who who's whom why why's with won't would wouldn't you you'd you'll you're you've your yours
    yourself yourselves
    """.split()  # noqa: SIM905 - a list of so many words is as many lines
)


def words(text: str) -> frozenset[str]:
    """The words of a text in lower case, without those that MongoDB leaves out (`the`, `of` …)."""
    lowered = "".join(each.lower() if len(each.lower()) == 1 else each for each in text)
    return frozenset(_WORD.findall(lowered)) - _STOP_WORDS


def plain(text: str) -> str:
    """The text in lower case and without accents, as phrases are compared."""
    folded = fold(text)
    if folded.isascii():
        return folded.replace("^", "").replace("`", "")
    kept = [each for each in normalize("NFD", folded) if not _is_accent(each)]
    return normalize("NFC", "".join(kept))


def _is_accent(letter: str) -> bool:
    return "\u0300" <= letter <= "\u036f" or letter in "^`" or category(letter) in ("Lm", "Sk")
