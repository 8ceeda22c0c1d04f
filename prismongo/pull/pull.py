"""`pull`: an existing database → a schema, or what a schema lacks of it.

observe ──▶ build, relations ──▶ write ──▶ parse, compare with the database ──▶ again, if it differs

A schema of a draft is checked as `validate` and `push` do it: a name that the client cannot have is
replaced, and an index that the schema's words do not describe becomes a comment.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bson.errors import BSONError
from pymongo.errors import PyMongoError

from prismongo.errors import ConfigurationError, SchemaError
from prismongo.generator.validate import validated
from prismongo.project import shown
from prismongo.pull.build import Builder, SampledCollection
from prismongo.pull.draft import Draft
from prismongo.pull.refusals import NO_WORDS, Refusals
from prismongo.pull.relations import Reference, add_relations, find_targets
from prismongo.pull.sample import observe
from prismongo.pull.write import HEADER, added, configuration_text, drafted, with_draft
from prismongo.schema.datamodel import Datamodel
from prismongo.schema.files import SchemaFiles, schema_of_text
from prismongo.seed.progress import Progress, no_progress
from prismongo.stores.mongo.errors import translate
from prismongo.stores.mongo.push.differences import differences
from prismongo.stores.mongo.push.push import opened
from prismongo.stores.wanted.indexes import wanted_indexes

SAMPLE: Final = 1000
_ROUNDS: Final = 200


@dataclass(frozen=True, slots=True)
class Pulled:
    """What a pull found.

    Attributes:
        files: the files to write, with their texts; empty if the schema lacks nothing.
        blocks: the models, composite types and enums that are new or have new lines.
        read: how many documents were read.
    """

    files: Mapping[Path, str]
    blocks: tuple[str, ...]
    read: int


async def pull(
    url: str,
    schema: SchemaFiles | None,
    path: Path,
    *,
    sample: int = SAMPLE,
    enums: bool = False,
    force: bool = False,
    progress: Progress = no_progress,
    wait: float | None = None,
) -> Pulled:
    """Read a database into a schema. Nothing is written, neither there nor on disk.

    Args:
        url: the MongoDB URL, naming the database.
        schema: the schema that is there, which is added to; None: there is none.
        path: where the schema stands, or will.
        sample: how many documents of each collection to read.
        enums: whether a field with few different texts becomes an enum.
        force: make the models anew; of the schema only its configuration stays.
        progress: shows how far it is.
        wait: how long to wait for the server, in seconds; None: 10 s.

    Raises:
        SchemaError: the schema that is there is not valid.
        ConfigurationError: `force`, and the schema is a folder.
        ConnectionError: the server cannot be used (P1000 …).
        prisma.errors.PrismaError: the server refuses a command.
    """
    before = _before(schema, path, force=force)
    known = before.parse()
    async with opened(url, wait) as database:
        try:
            collections = await observe(database, sample, progress)
            references = await find_targets(database, collections, progress)
        except (PyMongoError, BSONError) as error:
            raise translate(error, None, known) from error
    if force and not collections and schema is not None:
        raise ConfigurationError(
            f"The database has no collections: is its name right? {shown(path)} stays as it is."
        )
    draft, files = _settled(before, known, collections, references, enums=enums)
    if schema is None or force:
        files = {path: files.get(path, before.text)}
    blocks = tuple(f"{block.keyword} {block.name}" for block in added(draft))
    return Pulled(files, blocks, sum(each.shape.count for each in collections))


def pulled_lines(pulled: Pulled, path: Path) -> Iterator[str]:
    """The result in lines of text."""
    yield f"{pulled.read:,} documents read."
    if pulled.files and not pulled.blocks:
        yield "The database has no collections to make models of: is its name right?"
    for block in pulled.blocks:
        yield f"  + {block}"
    if pulled.files:
        files = ", ".join(str(shown(file)) for file in pulled.files)
        yield f"Wrote {files}. Read it, then run `prismongo generate`."
    else:
        yield f"The schema {shown(path)} lacks nothing of it."


def _before(schema: SchemaFiles | None, path: Path, *, force: bool) -> SchemaFiles:
    if schema is None or not schema.text.strip():
        return schema_of_text(HEADER, path)
    if not force:
        return schema
    if schema.path.is_dir():
        raise ConfigurationError("--force replaces one file, and this schema is a folder.")
    return schema_of_text(configuration_text(schema), path)


def _settled(
    before: SchemaFiles,
    known: Datamodel,
    collections: Sequence[SampledCollection],
    references: Sequence[Reference],
    *,
    enums: bool,
) -> tuple[Draft, dict[Path, str]]:
    """The draft whose schema is valid and asks for the indexes that there are."""
    refused = Refusals()
    for _ in range(_ROUNDS):
        builder = Builder(known, enums, refused)
        draft = builder.build(collections)
        add_relations(builder, references)
        text = drafted(before, draft)
        try:
            datamodel = validated(schema_of_text(text, before.path))
        except SchemaError as error:
            if not refused.add(text, draft, error):
                raise
            continue
        wrong = _differing(datamodel, collections)
        if not wrong - {key for key, number in refused.tries.items() if number >= NO_WORDS}:
            return draft, with_draft(before, draft)
        for key in wrong:
            refused.tries[key] = refused.tries.get(key, 0) + 1
    raise ConfigurationError("No schema of this database could be found.")


def _differing(
    datamodel: Datamodel, collections: Sequence[SampledCollection]
) -> set[tuple[str, str]]:
    """The indexes that the schema asks for otherwise than they are."""
    wanted = {
        (collection, index.name): index
        for collection, indexes in wanted_indexes(datamodel).items()
        for index in indexes
    }
    return {
        (each.name, index.name)
        for each in collections
        for index in each.found.indexes
        if (each.name, index.name) in wanted and differences(wanted[each.name, index.name], index)
    }
