"""Leaves records out of lists that cannot be read, for `on_invalid="skip"`.

A record cannot be read if a stored value, or a record of a relation to one, cannot be: then reading
it raises P2023 or P2032. The lists are those of the answer and of its included relations. The rows
are read here once more than usual, so this runs only after a read has failed.
"""

from __future__ import annotations

from typing import Final, assert_never

from prisma.errors import DataError

from prismongo.query.decode.decoder import Decoder
from prismongo.query.decode.forms import PYTHON, WIRE, Form
from prismongo.query.nodes.rows import Row, Rows, Unreadable
from prismongo.query.nodes.selections import CountOutput, RelationOutput, Selected
from prismongo.query.nodes.steps import RELATED

INVALID: Final = ("P2023", "P2032")
"""The codes of errors about stored values."""


class Skipping:
    """Prunes the rows of one answer.

    Args:
        decoder: of the datamodel.
        form: of the answer.

    Attributes:
        errors: of the records that were left out, each once.
    """

    def __init__(self, decoder: Decoder, form: Form) -> None:
        self._decoder = decoder
        self._form = WIRE if form.is_wire else PYTHON
        self.errors: list[DataError] = []
        self._known: set[tuple[str, ...]] = set()

    def readable(self, selected: Selected, rows: Rows) -> Rows:
        """The rows that can be read; their included lists are pruned, too."""
        read = self._decoder.records(selected, self._form)
        kept: Rows = []
        for row in rows:
            self.prune(selected, row)
            try:
                read(row)
            except DataError as error:
                self._note(error)
            else:
                kept.append(row)
        return kept

    def prune(self, selected: Selected, row: Row) -> None:
        """Leave out of the included lists of a row, at any depth, what cannot be read."""
        if isinstance(row, Unreadable):
            return
        for output in selected.relations:
            match output:
                case RelationOutput():
                    self._prune_relation(output, row)
                case CountOutput():
                    pass
                case _:
                    assert_never(output)

    def _prune_relation(self, output: RelationOutput, row: Row) -> None:
        key = RELATED + output.link.field.name
        found = row[key]
        if found is None or isinstance(found, Unreadable):
            return
        if output.link.field.is_list:
            row[key] = self.readable(output.selected, found)
        else:
            self.prune(output.selected, found)

    def _note(self, error: DataError) -> None:
        if error.code not in INVALID:
            raise error
        key = (str(error.meta.get("model")), str(error.meta.get("id")), str(error.meta["field"]))
        if key not in self._known:
            self._known.add(key)
            self.errors.append(error)
