"""DMMF: ours is the one that Prisma's CLI gives, for schemas of many shapes.

Ours is that of 5.17, which upstream's generator reads; what 6.19 says beyond it is left out.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from prismongo.schema.fingerprint import fingerprint
from prismongo.schema.parser import parse
from tests.schema.dmmf import dmmf
from tests.schema.official import FIXTURES, blocks_of, dmmf_of, recorded
from tests.schema.parameters import generator_parameters

SCHEMAS = sorted(path.stem for path in FIXTURES.glob("*.prisma"))


def text_of(name: str) -> str:
    return (FIXTURES / f"{name}.prisma").read_text(encoding="utf-8")


def as_of_5_17(dmmf: Any) -> Any:
    """The DMMF without native types, `onUpdate` and schemas; functions as 5.17 shows them."""
    match dmmf:
        case {"name": "cuid" | "uuid" as name, "args": [1 | 4]}:
            return {"name": name, "args": []}
        case {"name": "nanoid", "args": arguments}:
            return {"name": f"nanoid({','.join(map(str, arguments))})", "args": arguments}
        case {"schema": None, **others}:
            return as_of_5_17(others)
        case dict():
            new = {"nativeType", "relationOnUpdate"}
            return {key: as_of_5_17(item) for key, item in dmmf.items() if key not in new}
        case list():
            return [as_of_5_17(item) for item in dmmf]
        case _:
            return dmmf


@pytest.mark.parametrize("name", SCHEMAS)
def test_is_what_the_cli_gave(name: str) -> None:
    official = json.loads((FIXTURES / f"{name}.dmmf.json").read_text(encoding="utf-8"))
    assert dmmf(parse(text_of(name))) == as_of_5_17(official)


@pytest.mark.parametrize("name", SCHEMAS)
def test_line_breaks_of_windows_change_nothing(name: str) -> None:
    text = text_of(name)
    assert dmmf(parse(text.replace("\n", "\r\n"))) == dmmf(parse(text))


def test_configuration_blocks_are_what_the_cli_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JS_OUTPUT", "js")
    text = text_of("configuration")
    datamodel = parse(text)
    ours = {
        generator.name: generator_parameters(
            datamodel, generator, Path("s.prisma"), text, Path("out")
        )
        for generator in datamodel.generators
    }
    for name in ("custom", "js"):  # upstream's own default, for its own generator only
        assert ours[name]["generator"]["config"].pop("recursive_type_depth") == "5"
    official = json.loads((FIXTURES / "configuration.blocks.json").read_text(encoding="utf-8"))
    assert blocks_of(ours) == official


@pytest.mark.parametrize("name", ["kraken", "comments"])
def test_the_cli_still_gives_it(cli: Path, name: str) -> None:
    [official] = recorded(cli, text_of(name)).values()
    assert dmmf(parse(text_of(name))) == as_of_5_17(dmmf_of(official))


def test_fingerprint_has_what_comments_tell_the_client() -> None:
    text = (FIXTURES / "comments.prisma").read_text(encoding="utf-8")
    renamed = text.replace('"commented_model"', '"another_name"')
    reworded = text.replace("/// @Python(", "/// Words beside it. @Python(")
    assert text not in (renamed, reworded)
    assert fingerprint(parse(renamed)) != fingerprint(parse(text))
    assert fingerprint(parse(reworded)) == fingerprint(parse(text))


def test_fingerprint_is_of_the_client_not_of_the_text() -> None:
    text = text_of("relations")
    print_of_it = fingerprint(parse(text))
    assert fingerprint(parse("// a comment\n" + text.replace("  ", "\t"))) == print_of_it
    assert fingerprint(parse(text.replace("bio    String", "/// of whom\n  bio String"))) == (
        print_of_it
    )
    assert fingerprint(parse(text.replace("bio    String", "/// @omit\n  bio String"))) != (
        print_of_it
    )
    assert fingerprint(parse(text.replace("bio    String", "bio String?"))) != print_of_it
