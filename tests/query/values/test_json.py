from __future__ import annotations

from typing import Any

import pytest
from bson import ObjectId
from prisma import Json
from prisma.errors import DataError

from prismongo.query.nodes.requests import Request
from prismongo.query.validate.validator import Validator
from prismongo.query.values.json import JSON
from tests.query.schemas import datamodel

LOOKALIKES: tuple[Any, ...] = (
    {"$oid": "no id"},
    {"$oid": "{$gt: 1}0000000000000000"},
    {"$oid": 5},
    {"$date": "yesterday"},
    {"$date": {"$numberLong": "x"}},
    {"$binary": {"base64": "?", "subType": "zz"}},
    {"$uuid": "no uuid"},
    {"$numberDecimal": "ten"},
    {"$numberLong": "ten"},
    {"$timestamp": {"t": "x", "i": 1}},
    {"$regularExpression": {"pattern": 5}},
)


@pytest.mark.parametrize("value", LOOKALIKES, ids=str)
def test_a_json_that_only_looks_extended_is_a_document(value: Any) -> None:
    assert JSON.encode(Json({"x": value})) == {"x": value}


def test_a_json_that_is_extended_is_its_bson_type() -> None:
    extended: Any = {"$oid": "65a0000000000000000000aa"}
    made = JSON.encode(Json({"x": extended}))
    assert made == {"x": ObjectId("65a0000000000000000000aa")}


@pytest.mark.parametrize("text", ['{"_id": {"$oid": "no id"}}', '{"at": {"$date": "x"}}', "{"])
def test_a_raw_filter_that_cannot_be_read_is_refused(text: str) -> None:
    request = Request("findRaw", "User", {"filter": text})
    with pytest.raises(DataError) as refused:
        Validator(datamodel()).validate(request)
    assert refused.value.code == "P2009"


@pytest.mark.parametrize("text", ["{", "", "[" * 100_000])
def test_what_is_no_json_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"expected Json|nested too deeply"):
        JSON.encode(text)


def test_the_wire_has_text() -> None:
    assert JSON.wire({"a": [1, None, "ä"]}) == '{"a":[1,null,"ä"]}'
