"""Sampled collections → a `Draft`: models, composite types, enums, indexes, relations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from prismongo.pull.draft import Draft, DraftBlock, DraftField, quoted
from prismongo.pull.indexes import as_written, index_lines, is_default_name, sorted_paths
from prismongo.pull.kinds import Kind, is_storable, kind_of
from prismongo.pull.names import block_name, field_name, fit, pascal
from prismongo.pull.observe import Seen, Shape
from prismongo.pull.refusals import NO_WORDS, Refusals
from prismongo.pull.shards import shard_key_line
from prismongo.schema.datamodel import CompositeType, Datamodel, Field, Model
from prismongo.stores.mongo.push.inspect import FoundCollection
from prismongo.stores.wanted.indexes import wanted_indexes
from prismongo.stores.wanted.shards import ShardKey
from prismongo.stores.wanted.specs import IndexSpec

Path = tuple[str, ...]


@dataclass(slots=True)
class SampledCollection:
    """A collection: what was read of it, its indexes, and its shard key if it is sharded."""

    found: FoundCollection
    total: int
    shard_key: ShardKey | None = None
    shape: Shape = field(default_factory=Shape)

    @property
    def name(self) -> str:
        """The name of the collection."""
        return self.found.name


@dataclass(slots=True)
class Use:
    """A composite type that is there, wherever it is used.

    Attributes:
        shape: the fields of all its values.
        block: what it lacks.
        added: the stored name of each field that it lacked → the first of its places.
    """

    shape: Shape = field(default_factory=Shape)
    block: DraftBlock | None = None
    added: dict[str, tuple[str, Path]] = field(default_factory=dict)


@dataclass(slots=True)
class Builder:
    """Makes the draft.

    Attributes:
        known: the schema that is there; its blocks are added to.
        enums: whether texts may be an enum.
        refused: what the drafts before could not have.
        paths: the stored path of each stored field of a collection → its names in the schema.
    """

    known: Datamodel
    enums: bool
    refused: Refusals
    draft: Draft = field(default_factory=Draft)
    models: dict[str, DraftBlock] = field(default_factory=dict)
    paths: dict[tuple[str, str], tuple[str, Kind | None]] = field(default_factory=dict)
    _uses: dict[str, Use] = field(default_factory=dict)

    def build(self, collections: Sequence[SampledCollection]) -> Draft:
        """Everything but the relations."""
        known = {model.db_name: model for model in self.known.models}
        for each in collections:
            if each.name in known:
                self._gather(known[each.name].stored_fields, each.shape)
        for each in collections:
            model = known.get(each.name)
            block = self._block("model", each.name, model, each.name)
            self.models[each.name] = block
        for each in collections:
            self._model(each, self.models[each.name], known.get(each.name))
        return self.draft

    def _block(
        self, keyword: str, wanted: str, known: Model | CompositeType | None, stored: str = ""
    ) -> DraftBlock:
        if known is not None:
            names = {item.name for item in known.fields}
            block = DraftBlock(keyword, known.name, stored, False, names)  # type: ignore[arg-type]  # one of the three
        else:
            taken = {*self.known.model, *self.known.type, *self.known.enum, *self.refused.names}
            name = block_name(wanted, taken | {each.name for each in self.draft.blocks})
            block = DraftBlock(keyword, name, stored)  # type: ignore[arg-type]  # one of the three
        self.draft.blocks.append(block)
        return block

    def _model(self, each: SampledCollection, block: DraftBlock, known: Model | None) -> None:
        if block.is_new:
            if each.shape.count < each.total:
                block.notes.append(f"// Read {each.shape.count:,} of {each.total:,} documents.")
            if each.found.keeps_images:
                block.notes.append("/// @changeImages")
        fields = {item.db_name: item for item in known.stored_fields} if known else {}
        if known is None and "_id" not in each.shape.fields:
            self._add(each.name, block, (), "_id", Kind("String @db.ObjectId"))
        self._fields(each.name, block, fields, each.shape, ())
        if block.is_new and each.shard_key:
            own = {path: found for (name, path), found in self.paths.items() if name == each.name}
            block.notes.append(shard_key_line(each.shard_key, own))
        if block.is_new and block.name != each.name:
            block.attributes.append(f"@@map({quoted(each.name)})")
        self._indexes(each, block, known)

    def _fields(
        self,
        collection: str,
        block: DraftBlock,
        known: Mapping[str, Field],
        shape: Shape,
        path: Path,
        use: Use | None = None,
    ) -> None:
        """Add the fields of a shape to a block; `path` is the stored path of the block."""
        use = use or Use(shape)
        names = sorted(shape.fields, key=lambda name: name != "_id") if not path else shape.fields
        for stored in names:
            seen = shape.fields[stored]
            if stored in known:
                self._known_field(collection, known[stored], seen, path)
            elif stored in use.added:
                self._copy_paths(use.added[stored], collection, (*path, stored))
            elif not is_storable(stored):
                _note(block, f"{ascii(stored)[1:-1]}: no field can be stored by this name.")
            else:
                kind = kind_of(use.shape.fields[stored], use.shape.count, enums=self.enums)
                self._add(collection, block, path, stored, kind)
                use.added[stored] = (collection, (*path, stored))

    def _copy_paths(self, place: tuple[str, Path], collection: str, path: Path) -> None:
        """Name what is in a field of a composite type as it is where the type was met first."""
        first, old = place[0], ".".join(place[1])
        name, kind = self.paths[first, old]
        here, own = ".".join(path), self._before(collection, path[:-1]) + name.rpartition(".")[2]
        self.paths[collection, here] = (own, kind)
        for (owner, inner), (inner_name, inner_kind) in [*self.paths.items()]:
            if owner == first and inner.startswith(f"{old}."):
                place_of_inner = collection, here + inner.removeprefix(old)
                self.paths[place_of_inner] = (own + inner_name.removeprefix(name), inner_kind)

    def _before(self, collection: str, path: Path) -> str:
        """What stands before the names of the fields at a stored path."""
        return self.paths[collection, ".".join(path)][0] + "." if path else ""

    def _gather(self, fields: Sequence[Field], shape: Shape) -> None:
        """Count the values of composite types that are there, wherever they are used."""
        for item in fields:
            seen = shape.fields.get(item.db_name)
            values = None if seen is None or item.kind != "composite" else _objects(item, seen)
            if values is not None:
                self._uses.setdefault(item.type, Use()).shape.merge(values)
                self._gather(self.known.type[item.type].fields, values)

    def _known_field(self, collection: str, item: Field, seen: Seen, path: Path) -> None:
        """A field that is there stays; a composite one is looked into."""
        here = (*path, item.db_name)
        name = f"{self._before(collection, path)}{item.name}"
        self.paths[collection, ".".join(here)] = (name, None)
        values = _objects(item, seen) if item.kind == "composite" else None
        if values is not None:
            composite, use = self.known.type[item.type], self._uses[item.type]
            if use.block is None:
                use.block = self._block("type", "", composite)
            fields = {each.db_name: each for each in composite.fields}
            self._fields(collection, use.block, fields, values, here, use)

    def _add(
        self, collection: str, block: DraftBlock, path: Path, stored: str, kind: Kind
    ) -> DraftField:
        if not path and stored == "_id":
            kind = _id_kind(kind)
        here = (*path, stored)
        name = field_name(stored, block.names)
        before = self._before(collection, path)
        block.names.add(name)
        item = DraftField(name)
        block.fields.append(item)
        self.paths[collection, ".".join(here)] = (f"{before}{name}", kind)
        scalar, *native = kind.type.split(" ")
        item.words.append((scalar or self._type(collection, block, here, kind)) + kind.arity)
        if not path and stored == "_id":
            item.words.append("@id")
            if native == ["@db.ObjectId"]:
                item.words.append("@default(auto())")
        if name != stored:
            item.words.append(f"@map({quoted(stored)})")
        item.words += native
        if kind.mixed:
            item.notes.append(f"// {kind.mixed}")
        return item

    def _type(self, collection: str, block: DraftBlock, path: Path, kind: Kind) -> str:
        """The name of a new composite type, or of a new enum."""
        wanted = pascal(block.name) + pascal(fit(path[-1], "Field"))
        if kind.members:
            enum = self._block("enum", wanted, None)
            for text in kind.members:
                name = fit(text, "member")
                while name in enum.names:
                    name += "_"
                enum.names.add(name)
                words = [] if name == text else [f"@map({quoted(text)})"]
                enum.fields.append(DraftField(name, words))
            return enum.name
        inner = self._block("type", wanted, None)
        self._fields(collection, inner, {}, kind.shape or Shape(), path)
        return inner.name

    def _known_indexes(self, model: Model | None) -> Sequence[IndexSpec]:
        """The indexes that the schema has."""
        return () if model is None else wanted_indexes(self.known).get(model.db_name, ())

    def _known_paths(self, model: Model, index: IndexSpec) -> None:
        """Find the fields of an index in a model that is there, also those that no document has."""
        for path in index.paths:
            fields: Sequence[Field] = model.stored_fields
            names: list[str] = []
            for step in path.split("."):
                item = next((each for each in fields if each.db_name == step), None)
                if item is None:
                    break
                names.append(item.name)
                fields = self.known.type[item.type].fields if item.kind == "composite" else ()
            else:
                self.paths.setdefault((model.db_name, path), (".".join(names), None))

    def _indexes(self, each: SampledCollection, block: DraftBlock, model: Model | None) -> None:
        tries = self.refused.tries
        known = self._known_indexes(model)
        names_known = {index.name for index in known}
        written = {sorted_paths(index) for index in known}
        for index in sorted(each.found.indexes, key=lambda one: (not one.unique, one.is_text)):
            if index.name in names_known or (_is_hashed(index) and index.keys == each.shard_key):
                continue
            if model is not None:
                self._known_paths(model, index)
            index = as_written(index, written) if index.is_text else index
            if sorted_paths(index) in written or self._expires_otherwise(each, index):
                tries[each.name, index.name] = NO_WORDS
            tried = tries.get((each.name, index.name), 0)
            missing = [key for key in index.keys if (each.name, key[0]) not in self.paths]
            shown = ascii(index.name)[1:-1]
            if tried >= NO_WORDS or any(path.endswith("$**") for path in index.paths):
                _note(block, f"The schema has no words for the index {shown}.")
                continue
            if not all(is_storable(path) for path, _ in missing):
                _note(block, f"No document has all fields of the index {shown}.")
                continue
            for path, direction in missing:
                scalar = "DateTime" if index.expire_after is not None else "Json"
                kind = Kind("String" if direction == "text" else scalar, "?")
                item = self._add(each.name, block, (), path, kind)
                item.notes.append("// no document that was read has it, an index does")
            names = {path: self.paths[each.name, path][0] for path in index.paths}
            written.add(sorted_paths(index))
            lines = index_lines(index, names, explicit=tried > 0)
            alone = len(lines) == 1 and _beside_field(block, index, [*names.values()])
            line = next(iter(names.values())) if alone else lines[-1]
            self.draft.indexes[block.name, line] = (each.name, index.name)
            if not alone:
                block.attributes += lines

    def _expires_otherwise(self, each: SampledCollection, index: IndexSpec) -> bool:
        """Whether an index with a TTL is not on one field of dates alone."""
        if index.expire_after is None:
            return False
        _, kind = self.paths.get((each.name, index.paths[0]), ("", None))
        return kind is not None and not kind.type.startswith("DateTime")


def _is_hashed(index: IndexSpec) -> bool:
    return any(direction == "hashed" for _, direction in index.keys)


def _objects(item: Field, seen: Seen) -> Shape | None:
    """The values of a composite field, or of a list of them."""
    return (seen.items if item.is_list and seen.items else seen).objects


def _note(block: DraftBlock, text: str) -> None:
    """A comment at the end of a new block; one that is there has been told once."""
    if block.is_new:
        block.attributes.append(f"// {text}")


def _beside_field(block: DraftBlock, index: IndexSpec, names: list[str]) -> bool:
    """Write `@unique` beside a new field, if that is the whole index; whether it is."""
    fields = [each for each in block.fields if [each.name] == names]
    if not fields or not index.unique or index.keys[0][1] != 1:
        return False
    if any(word.startswith("@unique") for word in fields[0].words):
        return False
    named = "" if is_default_name(index) else f"(map: {quoted(index.name)})"
    fields[0].words.append(f"@unique{named}")
    return True


def _id_kind(kind: Kind) -> Kind:
    """The type of an id: a scalar, required. What is an object, or of several types, is Json."""
    plain = kind.type and kind.arity != "[]" and kind.type != "Decimal"
    return Kind(kind.type if plain else "Json", "", mixed=kind.mixed)
