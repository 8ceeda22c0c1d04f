"""Databases that others made: what pull writes of them is valid, complete and changes nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from prismongo.check import check
from prismongo.generator import generate
from prismongo.pull import pull
from prismongo.schema import parse, push
from prismongo.schema.files import schema_of_text
from tests.pull.shapes import SHAPES, Live, beanie, mess, mongoose, prisma_js, samples

PATH = Path("schema.prisma")


async def pulled(url: str, *, enums: bool = False) -> str:
    return (await pull(url, None, PATH, enums=enums)).files[PATH]


def words(text: str) -> list[str]:
    """The lines, without the columns."""
    return [" ".join(line.split()) for line in text.splitlines()]


@pytest.mark.parametrize("enums", [False, True])
@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.__name__)
async def test_the_schema_is_valid_and_fits(
    shape: object, enums: bool, live: Live, mongo_url: str, tmp_path: Path
) -> None:
    """It parses, generates, asks for nothing that is not there, and every document fits."""
    assert callable(shape)
    shape(live)
    collections = live.list_collection_names(filter={"type": "collection"})
    before = {name: live[name].index_information() for name in collections}

    text = await pulled(mongo_url, enums=enums)

    generate(text, output=tmp_path / "client")
    datamodel = parse(text)
    pushed = await push(datamodel, mongo_url, drop=False)
    assert pushed.plan.to_do(drop=True) == (), text
    assert {name: live[name].index_information() for name in before} == before
    checked = await check(datamodel, mongo_url, sample=100, output=tmp_path / "client")
    assert isinstance(checked.documents, tuple)
    misfits = [one.misfit for each in checked.documents for one in each.misfits]
    assert {each.field for each in misfits} <= {"", "a.b", "$c"}, text
    again = await pull(mongo_url, schema_of_text(text, PATH), PATH, enums=enums)
    assert again.files == {}


async def test_beanie(live: Live, mongo_url: str) -> None:
    beanie(live)
    text = words(await pulled(mongo_url))
    for line in (
        'class_id String @map("_class_id")',
        "author_id String @db.ObjectId",
        "author_ authors @relation(fields: [author_id], references: [id], onDelete: NoAction, "
        "onUpdate: NoAction)",
        "price Decimal",
        "published DateTime?",
        "contact AuthorsContact",
        "phones AuthorsContactPhones[]",
        '@@unique([contact.email], map: "email_unique")',
        '@@index([class_id, display_name(sort: Desc)], map: "_class_id_1_display_name_-1")',
        '@@fulltext([title], map: "title_text")',
    ):
        assert line in text, "\n".join([line, *text])


async def test_mongoose(live: Live, mongo_url: str) -> None:
    mongoose(live)
    text = words(await pulled(mongo_url, enums=True))
    for line in (
        'v Int @map("__v") @db.Int',
        'email String @unique(map: "email_1")',
        "// 2 double, 2 int, of 4",
        "score Float",
        "comments BlogpostsComments[]",
        'id String @map("_id") @db.ObjectId',
        "replies BlogpostsCommentsReplies[]",
        "tags String[]",
        "author_users users @relation(fields: [author], references: [id], onDelete: NoAction, "
        "onUpdate: NoAction)",
        "blogposts blogposts[]",
        "/// @ttl(0)",
        'id String @id @map("_id")',
    ):
        assert line in text, line


async def test_prisma_js(live: Live, mongo_url: str) -> None:
    prisma_js(live)
    text = words(await pulled(mongo_url))
    for line in (
        "email String @unique",
        "age Int",
        "views BigInt",
        "userId String @db.ObjectId @unique",
        "user User @relation(fields: [userId], references: [id], onDelete: NoAction, "
        "onUpdate: NoAction)",
        "Profile Profile?",
        "Post Post[]",
        'tag Tag[] @relation("Post_tagIDs", fields: [tagIDs], references: [id])',
        'post Post[] @relation("Post_tagIDs", fields: [postIDs], references: [id])',
        'parent Category? @relation("Category_parentId", fields: [parentId], references: [id], '
        "onDelete: NoAction, onUpdate: NoAction)",
        'Category_parentId Category[] @relation("Category_parentId")',
    ):
        assert line in text, "\n".join([line, *text])


async def test_samples(live: Live, mongo_url: str) -> None:
    samples(live)
    text = words(await pulled(mongo_url))
    for line in (
        "// 2 int, 1 string, of 3",
        "year Json",
        "// 75%, 3 of 4 ids, are in movies: no relation, for the others refer to nothing.",
        "coordinates Float[]",
        "bounds Json",
        "// The schema has no words for the index geo index.",
        '@@fulltext([cast, title], map: "cast_text_title_text")',
        'id String @id @map("_id")',
    ):
        assert line in text, "\n".join([line, *text])


async def test_a_mess(live: Live, mongo_url: str) -> None:
    mess(live)
    text = words(await pulled(mongo_url))
    for line in (
        "model users_archive {",
        '@@map("users.archive")',
        "// 2 int, 1 objectId, 1 string, of 4",
        'id Json @id @map("_id")',
        'st Int? @map("1st") @db.Int',
        'class_ Int? @map("class") @db.Int',
        'with_dash Int? @map("with-dash") @db.Int',
        "// a.b: no field can be stored by this name.",
        'id_ Int @map("id") @db.Int',
        "at DateTime @db.Timestamp",
        "/// @changeImages",
        "/// @ttl(60)",
        "expires DateTime?",
        "// no document that was read has it, an index does",
        "/// @sparse",
        '@@index([far], map: "f")',
        "/// @dense",
        '@@unique([key], map: "key_1")',
        "key String?",
        '@@map("2020 logs!")',
        "// The schema has no words for the index counts.$**_1.",
        "// The schema has no words for the index x_hashed.",
        "// No document has all fields of the index gone.deep_1.",
    ):
        assert line in text, "\n".join([line, *text])
    assert not any(line.startswith(("model measured", "model seen")) for line in text)
