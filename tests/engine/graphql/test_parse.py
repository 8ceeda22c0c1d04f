"""GraphQL text → root fields: what is understood, and what is refused where. No server."""

from __future__ import annotations

import math
from typing import Any

import pytest
from prisma.errors import DataError, FieldNotFoundError

from prismongo.engine.graphql.parse import MAX_DEPTH, RootField, parse_document
from prismongo.errors import UnsupportedOperationError
from prismongo.query.nodes.requests import Name, Selection


def argument(value: str) -> Any:
    """What the text of one value says."""
    return only(f"{{ f(x: {value}) }}").selection.arguments["x"]


def only(text: str) -> RootField:
    (field,) = parse_document(text)
    return field


class TestOperations:
    @pytest.mark.parametrize(
        ("text", "kind"),
        [
            ("{ f }", "query"),
            ("query { f }", "query"),
            ("query Named { f }", "query"),
            ("query query { f }", "query"),
            ("mutation { f }", "mutation"),
            ("mutation M { f }", "mutation"),
            ("\ufeff# a comment { } \r\nmutation # and another\n{ f } # the last", "mutation"),
        ],
    )
    def test_the_kind(self, text: str, kind: str) -> None:
        assert only(text) == RootField(kind, "f", Selection("f"))  # type: ignore[arg-type]  # of the table

    def test_an_alias_is_the_key_of_the_answer(self) -> None:
        assert only("{ result: findManyUser }") == RootField(
            "query", "result", Selection("findManyUser")
        )

    def test_several_fields_and_several_operations(self) -> None:
        fields = parse_document("query { a b: c } mutation { d }")
        assert [(item.kind, item.key, item.selection.name) for item in fields] == [
            ("query", "a", "a"),
            ("query", "b", "c"),
            ("mutation", "d", "d"),
        ]

    def test_as_upstream_writes_it(self) -> None:
        text = (
            "query {\n  result: findManyUser\n  (\n    take: 3\n    where: {\n"
            '      name: "Zoë"\n      age: {\n        in: [\n          1,\n          2\n        ]\n'
            "      }\n      email: null\n    }\n  )\n  {\n    id\n"
            "    posts(\n      take: 1\n    )\n    {\n      title\n    }\n  }\n}"
        )
        assert only(text).selection == Selection(
            "findManyUser",
            {"take": 3, "where": {"name": "Zoë", "age": {"in": [1, 2]}, "email": None}},
            (Selection("id"), Selection("posts", {"take": 1}, (Selection("title"),))),
        )

    def test_a_field_selected_twice_is_one(self) -> None:
        text = "{ f { id id posts(take: 1) { id } posts(take: 1) { title } } }"
        assert only(text).selection.selections == (
            Selection("id"),
            Selection("posts", {"take": 1}, (Selection("id"), Selection("title"))),
        )

    def test_no_arguments_and_none(self) -> None:
        assert only("{ f() { id } }") == only("{ f { id } }")


class TestValues:
    @pytest.mark.parametrize(
        ("text", "value"),
        [
            ("true", True),
            ("false", False),
            ("null", None),
            ("0", 0),
            ("-12", -12),
            ("9223372036854775807", 2**63 - 1),
            ("-9223372036854775808", -(2**63)),
            ("1.5", 1.5),
            ("-0.25", -0.25),
            ("1e3", 1000.0),
            ("1.5E-05", 1.5e-05),
            ("1e+16", 1e16),
            ("[]", []),
            ("[1 2,3\n4]", [1, 2, 3, 4]),
            ("{}", {}),
            ('{ a: 1 b: "x", c: { d: [null] } }', {"a": 1, "b": "x", "c": {"d": [None]}}),
            ('{"a": 1, "b c": [true]}', {"a": 1, "b c": [True]}),
            ("{ $ne: 1 }", {"$ne": 1}),
            ("{ a: 1, b: 2, a: 3 }", {"a": 3, "b": 2}),  # Prisma's engine keeps the last as well
        ],
    )
    def test_a_value(self, text: str, value: object) -> None:
        found = argument(text)
        assert found == value
        assert type(found) is type(value)

    @pytest.mark.parametrize("word", ["asc", "ADMIN", "_x1", "NaN", "Infinity", "-Infinity"])
    def test_a_bare_word_is_a_name_and_no_string(self, word: str) -> None:
        assert argument(word) == word
        assert isinstance(argument(word), Name)
        assert not isinstance(argument('"asc"'), Name)

    def test_a_float_may_overflow_to_what_validation_refuses(self) -> None:
        assert argument("1e999") == math.inf

    @pytest.mark.parametrize(
        ("text", "value"),
        [
            ('""', ""),
            ('"a # no comment, at all"', "a # no comment, at all"),
            (r'"say \"hi\""', 'say "hi"'),
            (r'"a\\"', "a\\"),
            (r'"\/\b\f\n\r\t"', "/\b\f\n\r\t"),
            (r'"\u00e9\ud83d\ude00"', "é😀"),
            ('"é 😀 \u2028"', "é 😀 \u2028"),
            ('"tab\there"', "tab\there"),
        ],
    )
    def test_a_string(self, text: str, value: str) -> None:
        assert argument(text) == value

    @pytest.mark.parametrize(
        ("text", "value"),
        [
            ('""""""', ""),
            ('"""one"""', "one"),
            ('"""say "hi" \\n"""', 'say "hi" \\n'),
            ('"""a \\""" b"""', 'a """ b'),
            ('"""\n    Dear\n      all,\n\n    bye\n  """', "Dear\n  all,\n\nbye"),
        ],
    )
    def test_a_block_string(self, text: str, value: str) -> None:
        assert argument(text) == value


class TestRefusals:
    @pytest.mark.parametrize(
        ("text", "place"),
        [
            ("", "1:1"),
            ("# nothing", "1:10"),
            ("{", "1:2"),
            ("{ }", "1:3"),
            ("}", "1:1"),
            ("query", "1:6"),
            ("select { f }", "1:1"),
            ("{ f }}", "1:6"),
            ("{ f {} }", "1:6"),
            ("{\n  f(x 1)\n}", "2:7"),
            ("{\r\n  f(x: 1\r\n}", "3:1"),
            ("{ f(x:) }", "1:7"),
            ("{ f(x: [1) }", "1:10"),
            ("{ f(x: {a}) }", "1:10"),
            ("{ f(1: 1) }", "1:5"),
            ("{ f(x: 01) }", "1:8"),
            ("{ f(x: 1.) }", "1:8"),
            ("{ f(x: 1x) }", "1:8"),
            ("{ f(x: -) }", "1:8"),
            ("{ f(x: +1) }", "1:8"),
            ("{ f(x: 'a') }", "1:8"),
            ('{ f(x: "a) }', "1:8"),
            ('{ f(x: "a\n") }', "1:8"),
            (r'{ f(x: "\q") }', "1:8"),
            (r'{ f(x: "\u12") }', "1:8"),
            (r'{ f(x: "a\")', "1:8"),
            ('{ f(x: """a) }', "1:8"),
            ('{ f(x: """a\\""")', "1:8"),
            ("{ f { p(take: 1) { id } p { id } } }", "1:34"),
            ("{ a:: b }", "1:5"),
            ("{ f ; g }", "1:5"),
        ],
    )
    def test_malformed_text_says_where(self, text: str, place: str) -> None:
        with pytest.raises(FieldNotFoundError) as caught:
            parse_document(text)
        assert caught.value.code == "P2009"
        assert f" {place}: " in str(caught.value)

    def test_no_value_is_repeated(self) -> None:
        with pytest.raises(FieldNotFoundError) as caught:
            parse_document('{ f(password: "secret" "secret") }')
        assert "secret" not in str(caught.value) + str(caught.value.data)

    @pytest.mark.parametrize(
        "text",
        [
            "query ($id: Int) { f }",
            "{ f(x: $id) }",
            "{ ...Fields }",
            "{ f { ... on User { id } } }",
            "fragment Fields on User { id }",
            "subscription { f }",
            "{ f @skip }",
            "query @live { f }",
            "{ f { other: id } }",
        ],
    )
    def test_parts_of_graphql_that_are_not_offered(self, text: str) -> None:
        with pytest.raises(UnsupportedOperationError) as caught:
            parse_document(text)
        assert caught.value.code == "P2026"

    @pytest.mark.parametrize(
        "number", ["9223372036854775808", "-9223372036854775809", "1" + "0" * 5000]
    )
    def test_a_whole_number_beyond_64_bits(self, number: str) -> None:
        with pytest.raises(DataError) as caught:
            parse_document(f"{{ f(x: {number}) }}")
        assert caught.value.code == "P2033"

    @pytest.mark.parametrize("opening", ["[", "{a:", "[{a:"])
    def test_deep_nesting_is_refused_and_no_crash(self, opening: str) -> None:
        with pytest.raises(FieldNotFoundError, match="nested more than"):
            parse_document("{ f(x: " + opening * 50_000)

    def test_deep_selections_are_refused_and_no_crash(self) -> None:
        with pytest.raises(FieldNotFoundError, match="nested more than"):
            parse_document("{a" * 50_000)

    def test_just_deep_enough_is_read(self) -> None:
        depth = MAX_DEPTH - 2  # the operation's braces and the arguments' are two
        found = argument("[" * depth + "]" * depth)
        for _ in range(depth - 1):
            (found,) = found
        assert found == []


class TestSize:
    @pytest.mark.parametrize(
        ("piece", "read"), [("x", "x"), (r"\n", "\n"), (r"\"", '"'), ("é", "é"), ("# ", "# ")]
    )
    def test_a_long_string_is_read(self, piece: str, read: str) -> None:
        assert argument('"' + piece * 2_000_000 + '"') == read * 2_000_000

    def test_a_long_block_string_is_read(self) -> None:
        assert argument('"""' + '"" ' * 2_000_000 + '"""') == '"" ' * 2_000_000

    @pytest.mark.parametrize(("quote", "piece"), [('"', '\\"'), ('"""', '\\""" ')])
    def test_a_long_string_without_end_is_refused(self, quote: str, piece: str) -> None:
        with pytest.raises(FieldNotFoundError, match="a string has no end"):
            parse_document("{ f(x: " + quote + piece * 500_000)

    def test_a_long_list_is_read(self) -> None:
        assert argument(str(list(range(100_000)))) == list(range(100_000))
