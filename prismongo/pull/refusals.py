"""A drafted schema that is refused → what the next draft leaves out (`Refusals`)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from prismongo.errors import SchemaError
from prismongo.pull.draft import Draft, Origin
from prismongo.pull.write import model_blocks
from prismongo.schema.language.lexer import BREAK
from prismongo.schema.language.syntax import Block

NO_WORDS: Final = 2
"""So many tries at an index: the schema has no words for it."""


@dataclass(slots=True)
class Refusals:
    """What the drafts so far cannot have.

    Attributes:
        names: names that no new block may have.
        tries: how often each index, by collection and name, was not what the schema asked for.
        references: the fields that are no relations.
    """

    names: set[str] = field(default_factory=set)
    tries: dict[Origin, int] = field(default_factory=dict)
    references: set[Origin] = field(default_factory=set)

    def add(self, text: str, draft: Draft, error: SchemaError) -> bool:
        """Find what was drafted where the mistakes of a text stand; whether there was something."""
        blocks, lines = model_blocks(text), re.split(BREAK, text)
        new = {block.name for block in draft.blocks if block.is_new}
        before = self._count()
        for at in (each.line for each in error.errors):
            block = next((each for each in blocks if _is_in(each, at)), None)
            if block is None:
                continue
            if at == block.position.line and block.name in new:
                self.names.add(block.name)
            for what in (lines[at - 1].strip(), _field(block, at)):
                if index := draft.indexes.get((block.name, what)):
                    self.tries[index] = NO_WORDS
                if reference := draft.references.get((block.name, what)):
                    self.references.add(reference)
        return self._count() > before

    def _count(self) -> int:
        return len(self.names) + sum(self.tries.values()) + len(self.references)


def _is_in(block: Block, line: int) -> bool:
    return block.position.line <= line <= block.end.line


def _field(block: Block, line: int) -> str:
    """The name of the field that stands at a line."""
    return next((each.name for each in block.fields if each.position.line == line), "")
