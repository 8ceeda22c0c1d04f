"""The types of the extension."""

from collections.abc import Callable
from types import MemberDescriptorType
from typing import Any, ClassVar, Literal, Self, TypeVar, final

RowT = TypeVar("RowT", bound=Row)
KeyT = TypeVar("KeyT")
Kind = Literal[
    "text", "boolean", "whole", "float", "moment", "enum", "composite", "other", "beside"
]
Absence = Literal["none", "list", "required", "default"]

class Row(dict[str, Any]):
    object_id: ClassVar[Callable[[bytes], Any]]
    @staticmethod
    def decoded(document: bytes) -> dict[str, Any]: ...
    def fill(self) -> None: ...
    def detach(self) -> None: ...

@final
class Reader:
    def __new__(
        cls,
        kind: type,
        blank: dict[str, Any],
        names: set[str],
        shares_names: bool,
        slots: tuple[MemberDescriptorType, MemberDescriptorType, MemberDescriptorType],
        columns: tuple[Column, ...],
        one: Callable[[Any], Any],
        many: Callable[[Any], list[Any]],
        /,
    ) -> Self: ...
    def one(self, row: dict[str, Any], /) -> Any: ...
    def many(self, rows: Any, /) -> list[Any]: ...

More = dict[str, str] | list[Reader] | None
Column = tuple[str, bytes, Kind, Absence, bool, Callable[[Any], Any], More]
"""Name, key, kind, absence, whether it is a list, the Python path, and what the kind needs."""

def split(
    reply: bytes | memoryview, kind: type[RowT], /
) -> tuple[bytes, str, list[RowT | dict[str, Any]]] | None: ...
def match_keys(
    rows: list[dict[str, Any]], name: str, read: Callable[[dict[str, Any], str], KeyT], /
) -> list[bytes | KeyT]: ...
