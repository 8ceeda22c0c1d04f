"""The text of one generated module, written definition by definition."""

from __future__ import annotations

from collections.abc import Iterable

from prismongo.errors import SchemaError

Item = tuple[str, str]
"""A key of a typed dict, and the text of its type."""


class Shared(str):
    """The type of many keys: the name of an alias, which is written before its first use.

    mypy goes through all that a typed dict leads to, again and again. A union that is written out
    is copied each time, an alias is looked at once.

    Args:
        name: the alias.
        meaning: the text of its type.
    """

    meaning: str

    def __new__(cls, name: str, meaning: str) -> Shared:
        """The name, with its meaning beside it."""
        self = super().__new__(cls, name)
        self.meaning = meaning
        return self


class NameTakenError(SchemaError):
    """Two definitions of one module have the same name."""


class Source:
    """A module's text.

    Args:
        opening: its first lines: docstring and imports.
        names: what the imports bring in, which no definition may hide.
    """

    def __init__(self, opening: str, names: Iterable[str] = ()) -> None:
        self._lines = [opening.rstrip("\n")]
        self._names = set(names)
        self._shared: set[str] = set()

    def text(self) -> str:
        """The whole module."""
        return "\n".join(self._lines) + "\n"

    def add(self, *lines: str) -> None:
        """Lines as they are."""
        self._lines += lines

    def define(self, name: str) -> None:
        """Keep a name of the module for one definition.

        Raises:
            NameTakenError: another definition has it.
        """
        if name in self._names:
            raise NameTakenError(f"the generated type {name} would stand for two things")
        self._names.add(name)

    def alias(self, name: str, meaning: str) -> None:
        """`Name = meaning`."""
        self.define(name)
        self.add(f"{name} = {meaning}")

    def union(self, name: str, parts: Iterable[str]) -> None:
        """A union; of one part, that part; of none the type that no argument has."""
        parts = list(parts) or ["_NoneType"]
        self.alias(name, parts[0] if len(parts) == 1 else f"_Union[{', '.join(parts)}]")

    def typed_dict(
        self, name: str, items: Iterable[Item], *bases: str, total: bool = False, doc: str = ""
    ) -> None:
        """A typed dict, by a class; one of keywords (`in`, `is`, `not`) is `functional`."""
        self.define(name)
        items = list(items)
        for _, kind in items:
            self._share(kind)
        parents = ", ".join(bases) or "_TypedDict"
        head = f"class {name}({parents}{'' if total else ', total=False'}):"
        body = [f"    {key}: {kind}" for key, kind in items]
        if doc:
            body.insert(0, f'    """{doc}"""')
        self.add("", *([head, *body] if body else [f"{head} ..."]))

    def _share(self, kind: str) -> None:
        if isinstance(kind, Shared) and kind not in self._shared:
            self._shared.add(kind)
            self.alias(str(kind), kind.meaning)

    def keyword_dict(self, name: str, keyword: Item, items: Iterable[Item]) -> None:
        """A typed dict that has a key which is a keyword, and may lead back to itself.

        Pyright finds the way back only by a class: the keyword's key is in a base of it.
        """
        base = f"_{name}Keyword"
        self.functional(base, [keyword])
        self.typed_dict(name, items, base)

    def functional(self, name: str, items: Iterable[Item]) -> None:
        """A typed dict of which no key is required, and any may be a keyword."""
        self.define(name)
        inner = ", ".join(f'"{key}": {kind}' for key, kind in items)
        self.add(f'{name} = _TypedDict("{name}", {{{inner}}}, total=False)')
