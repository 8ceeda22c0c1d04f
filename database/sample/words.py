"""What the people of an instance are called, and what they say. Read by its other modules."""

from __future__ import annotations

from typing import Final

FIRST_NAMES: Final = (
    "Ada Alan Anita Barbara Charles Claude Donald Dorothy Edsger Evelyn Frances Fred Grace Hedy "
    "Ida Ivan James Jean John Karen Katherine Ken Leslie Lynn Margaret Mary Niklaus Radia Robin "
    "Shafi Sophie Stephanie Susan Tony"
)
LAST_NAMES: Final = (
    "Allen Babbage Bartik Borg Boyce Brooks Clarke Conway Dijkstra Goldwasser Hamilton Holberton "
    "Hopper Johnson Kernighan Knuth Lamarr Lamport Liskov Lovelace McCarthy Milner Naur Perlman "
    "Ritchie Shannon Sutherland Thompson Turing Vaughan Wilson Wirth"
)
BIOS: Final = (
    "Looms, engines, and what lies between.",
    "I read the manual so that you need not.",
    "Away on Fridays.",
    "Ask me about compilers.",
    "Tea first.",
)
COMMUNITIES: Final = (
    ("Analytical Engines", "Machines that weave algebraic patterns."),
    ("Compilers", "From what is written to what runs."),
    ("Moths and Bugs", "What was found, and where."),
    ("Lunar Guidance", "Software that must not stop."),
    ("Radio", "Frequencies, hopped and otherwise."),
    ("Type Theory", "A place for every value."),
    ("Board Games", "Thursdays, and most other days."),
    ("Gardening", "Trees of both kinds."),
    ("Networks", "Spanning trees, and the cables under them."),
    ("Cooking", "Recipes, tested."),
)
CHANNELS: Final = (
    ("general", "What belongs nowhere else"),
    ("random", "What belongs nowhere at all"),
    ("help", "Ask, and say what you tried"),
    ("announcements", "Few and short"),
    ("show-and-tell", "What you have made"),
    ("reading", "Books and papers"),
)
OPENINGS: Final = (
    "I tried it again:",
    "Good morning!",
    "Has anybody seen this?",
    "One more thing:",
    "For the record:",
    "To be honest,",
    "If I read it right,",
    "Thanks, that was it.",
)
CLAUSES: Final = (
    "the second run was twice as fast as the first",
    "the build is green since this morning",
    "the table of contents is out of date",
    "we should write that down before we forget it",
    "the meeting moved to four",
    "it only fails when somebody watches",
    "the old machine still has the better keyboard",
    "the answer was in the manual all along",
    "there is cake in the kitchen",
    "the numbers do not add up, but they are close",
    "somebody has to read the log",
    "I would rather delete it than explain it",
)
ENDINGS: Final = (
    "See you tomorrow.",
    "What do you think?",
    "Can somebody look?",
    "No hurry.",
    "I will report back.",
    "Done.",
)
EMOJIS: Final = ("👍", "🎉", "😄", "👀", "🚀", "💡")
