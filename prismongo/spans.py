"""The seam for telemetry: work that lasts longer than one operation. Below all other packages.

An engine has `Spans`. These begin none; those of `prismongo.telemetry` do, and an engine has them
where the settings ask for telemetry. Operations need no seam: an engine with telemetry overrides
the methods that execute them.
"""

from __future__ import annotations

from collections.abc import Callable
from contextvars import Context
from types import TracebackType
from typing import Final, Self


class Span:
    """Work that is observed as a whole: a transaction, a handled change. Nobody observes this one.

    As a context manager it ends with the block, and with the error that leaves it.
    """

    __slots__ = ()

    def attempt(self, lost: BaseException | None) -> None:
        """An attempt at it begins.

        Args:
            lost: the error of the attempt before; None: it is the first one.
        """

    def end(self, error: BaseException | None = None) -> None:
        """It is over, because of an error if there is one; nothing if it is over already."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.end(error)


NO_SPAN: Final = Span()


class Spans:
    """Begins spans, in the context of the caller; this class begins none."""

    def transaction(self) -> Span:
        """That of a transaction that begins."""
        return NO_SPAN

    def change(self, model: str, operation: str) -> Span:
        """That of a change that a consumer is given."""
        return NO_SPAN


NO_SPANS: Final = Spans()

CARRIED: Final[list[Callable[[Context], None]]] = []
"""What takes something of the current context into that of a rollback."""


def context_of_rollback() -> Context:
    """The context of a rollback, which runs in a task of its own.

    It is an empty one: with the time limit of the operation that failed it could not be sent. What
    the driver's spans belong to is carried into it.
    """
    made = Context()
    for carry in CARRIED:
        carry(made)
    return made
