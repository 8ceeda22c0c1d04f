"""index_name: the names that Prisma gives, which a JavaScript `db push` would give too.

Prisma refuses two indexes of one name: the fixtures of `test_answers` that clash with a generated
name show that ours are its own. Here they are by themselves.
"""

from __future__ import annotations

import pytest

from prismongo.schema.index_names import LIMIT, index_name
from prismongo.schema.parser import parse
from tests.schema.official import FIXTURES


@pytest.mark.parametrize(
    ("schema", "model", "names"),
    [
        (
            "uniques",
            "Membership",
            [
                "Membership_nickname_key",
                "badge_once",
                "Membership_rank_key",
                "slot_down",
                "Membership_userId_communityId_key",
                "Membership_communityId_a_key",
                "triple_once",
                "Membership_c_key",
                "b_down",
                "Membership_c_a_key",
            ],
        ),
        (
            "indexes",
            "Message",
            [
                "messages_channel_id_sentAt_idx",
                "messages_authorId_idx",
                "messages_tags_idx",
                "edited",
                "legacy_name",
                "mine, latest",
                "messages_meta_idx",
                "messages_secret_idx",
                "messages_tags_content_idx",
            ],
        ),
        (
            "composites",
            "Person",
            [
                "Person_home_town_idx",
                "Person_home_geo_lat_name_idx",
                "towns",
                "Person_home_zip_key",
                "Person_office_street_name_key",
            ],
        ),
        ("fulltext", "Article", ["Article_author_idx", "Article_title_body_idx"]),
    ],
)
def test_names(schema: str, model: str, names: list[str]) -> None:
    datamodel = parse((FIXTURES / f"{schema}.prisma").read_text(encoding="utf-8"))
    owner = datamodel.model[model]
    indexes = [index for index in owner.indexes if index.kind != "id"]
    assert [index_name(datamodel, owner, index) for index in indexes] == names


def test_a_long_name_keeps_its_suffix() -> None:
    long = "m" * 200
    datamodel = parse(
        'datasource db {\n  provider = "mongodb"\n  url = "mongodb://x"\n}\n'
        f'model A {{\n  id String @id @map("_id")\n  {long} Int @unique\n}}\n'
    )
    name = index_name(datamodel, datamodel.models[0], datamodel.models[0].indexes[1])
    assert len(name) == LIMIT
    assert name.startswith("A_mmm")
    assert name.endswith("m_key")
