"""Prisma's own CLI, to compare with: Node.js and the npm package prisma@6.19.0.

`python -m tests.schema.official` writes the committed answers anew, of the schemas that are there:
`fixtures/*.dmmf.json` is what the CLI tells a generator, and `fixtures/answers.jsonl` what it says
of small schemas (`prisma validate`): the first mistake and its place, or that there is none;
`fixtures/several.jsonl` has all the mistakes of schemas with several.

The tests run the CLI only where the environment asks for it, to see that the answers still hold.
PRISMA_CLI=1 installs it into pytest's cache; any other value is a folder that has it.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, Final

VERSION: Final = "6.19.0"
# The schema checks of this version; the CLI has them inside, without a way to ask for the column.
CHECKS: Final = "6.19.0-26.2ba551f319ab1df4bc874a89965d8b3641056773"
HERE: Final = Path(__file__).parent
FIXTURES: Final = HERE / "fixtures"

Json = dict[str, Any]


class NoCliError(Exception):
    """The CLI cannot be had here; the message says why."""


def find_cli(cache: Path) -> Path:
    """The CLI's script, as PRISMA_CLI says: 1 for `cache`, installed there, or the folder's name.

    Raises:
        NoCliError: nobody asks for it, there is no Node.js, or npm cannot install it.
    """
    asked = os.environ.get("PRISMA_CLI")
    if not asked:
        raise NoCliError("PRISMA_CLI is not set: the committed answers stand for Prisma's CLI")
    if shutil.which("node") is None:
        raise NoCliError("Node.js is not installed")
    root = cache / f"prisma-{VERSION}" if asked == "1" else Path(asked)
    script = root / "node_modules" / "prisma" / "build" / "index.js"
    if asked == "1" and not script.exists():
        _install(root)
    if not script.exists():
        raise NoCliError(f"{root} has no node_modules/prisma")
    return script


def _install(root: Path) -> None:
    if shutil.which("npm") is None:
        raise NoCliError("npm is not installed, and PRISMA_CLI names no folder with the CLI")
    root.mkdir(parents=True, exist_ok=True)
    # Its scripts would fetch engines; nothing here needs any.
    command = ["npm", "install", "--ignore-scripts", "--no-audit", "--no-fund"]
    limits = ["--fetch-retries=0", "--fetch-timeout=10000", "--prefix", str(root)]
    packages = [f"prisma@{VERSION}", f"@prisma/prisma-schema-wasm@{CHECKS}"]
    done = subprocess.run(
        [*command, *limits, *packages], capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise NoCliError(f"npm could not install prisma@{VERSION}")


def run(script: Path, *arguments: str, record: Path | None = None, path: str = "") -> None:
    """Run the CLI; the engines that it would fetch are named by any file that exists.

    Args:
        record: the folder that `recorder.js` writes to.
        path: folders to find generators in, ahead of PATH.
    """
    any_file = str(script)
    environment = {
        **os.environ,
        "PATH": os.pathsep.join(filter(None, [path, os.environ["PATH"]])),
        "PRISMA_QUERY_ENGINE_BINARY": any_file,
        "PRISMA_QUERY_ENGINE_LIBRARY": any_file,
        "PRISMA_SCHEMA_ENGINE_BINARY": any_file,
        "PRISMA_HIDE_UPDATE_MESSAGE": "true",
        "CHECKPOINT_DISABLE": "1",
        "NO_COLOR": "1",
        "JS_OUTPUT": "js",
        "BINARY_TARGET": '["native"]',
        "RECORD": str(record or os.devnull),
    }
    command = ["node", str(script), *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"prisma {' '.join(arguments)} failed:\n{done.stdout}{done.stderr}")


def recorded(script: Path, text: str) -> dict[str, Json]:
    """What the CLI tells each generator of the schema with this text, by the generator's name."""
    recorder = f'"node {HERE / "recorder.js"}"'
    text = re.sub(r'(provider\s*=\s*)"(?!mongodb")[^"]*"', lambda found: found[1] + recorder, text)
    with tempfile.TemporaryDirectory() as scratch:
        schema = Path(scratch) / "schema.prisma"
        schema.write_text(text, encoding="utf-8", newline="")
        run(script, "generate", "--schema", str(schema), record=Path(scratch))
        files = sorted(Path(scratch).glob("*.json"))
        return {file.stem: json.loads(file.read_text(encoding="utf-8")) for file in files}


def answers(script: Path, schemas: list[str]) -> list[Json | None]:
    """What the CLI says of each schema: its first mistake and the place, None where it has none.

    Raises:
        RuntimeError: the checks stopped, or do not agree with each other.
    """
    said = _said(script, schemas)
    return [_answer(schema, one) for schema, one in zip(schemas, said, strict=True)]


def _said(script: Path, schemas: list[str]) -> list[Json]:
    checks = script.parents[2] / "@prisma" / "prisma-schema-wasm"
    command = ["node", str(HERE / "answers.js"), str(checks)]
    asked = "".join(f"{json.dumps(schema)}\n" for schema in schemas)
    done = subprocess.run(command, input=asked, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"Prisma's checks failed:\n{done.stderr}")
    return [json.loads(line) for line in done.stdout.splitlines()]


def all_answers(script: Path, schemas: list[str]) -> list[list[Json]]:
    """What the CLI says of each schema: all its mistakes, each with its place."""
    return [
        [_placed(schema, mistake) for mistake in one["lint"] if not mistake["is_warning"]]
        for schema, one in zip(schemas, _said(script, schemas), strict=True)
    ]


def _answer(schema: str, said: Json) -> Json | None:
    mistakes = [item for item in said["lint"] if not item["is_warning"]]
    if said["refused"] != bool(mistakes):
        raise RuntimeError(f"`lint` and `validate` do not agree on:\n{schema}")
    return _placed(schema, mistakes[0]) if mistakes else None


def _placed(schema: str, mistake: Json) -> Json:
    units = schema.encode("utf-16-le")[: 2 * mistake["start"]]
    before = units.decode("utf-16-le")
    column = len(before) - before.rfind("\n")
    return {"line": before.count("\n") + 1, "column": column, "reason": mistake["text"]}


def dmmf_of(told: Json) -> Json:
    """The parts of the DMMF that upstream's generator reads."""
    enums = told["dmmf"]["schema"]["enumTypes"].get("prisma", [])
    kept = [enum for enum in enums if enum["name"] == "TransactionIsolationLevel"]
    return {"datamodel": told["dmmf"]["datamodel"], "schema": {"enumTypes": {"prisma": kept}}}


def blocks_of(told: dict[str, Json]) -> Json:
    """What the CLI tells of generators and datasources, but for paths and providers."""
    datasources = next(iter(told.values()))["datasources"]
    return {
        "generators": {
            name: {key: one["generator"][key] for key in ("name", "config", "previewFeatures")}
            for name, one in told.items()
        },
        "datasources": [
            {key: item[key] for key in ("name", "provider", "activeProvider", "url")}
            for item in datasources
        ],
    }


def main() -> None:
    """Write every answer anew."""
    os.environ.setdefault("PRISMA_CLI", "1")
    with tempfile.TemporaryDirectory() as cache:
        script = find_cli(Path(cache))
        _write_answers(script)
        _write_several(script)
        for schema in sorted(FIXTURES.glob("*.prisma")):
            told = recorded(script, schema.read_text(encoding="utf-8"))
            dmmf = _compact(dmmf_of(next(iter(told.values()))))
            schema.with_suffix(".dmmf.json").write_text(dmmf, encoding="utf-8")
            if schema.stem == "configuration":
                blocks = json.dumps(blocks_of(told), indent=1)
                schema.with_suffix(".blocks.json").write_text(f"{blocks}\n", encoding="utf-8")
            sys.stdout.write(f"{schema.name}\n")


def _write_answers(script: Path) -> None:
    path = FIXTURES / "answers.jsonl"
    cases = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    said = answers(script, [case["schema"] for case in cases])
    lines = [
        json.dumps({"name": case["name"], "schema": case["schema"], "refused": refused})
        for case, refused in zip(cases, said, strict=True)
    ]
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def _write_several(script: Path) -> None:
    path = FIXTURES / "several.jsonl"
    cases = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    said = all_answers(script, [case["schema"] for case in cases])
    lines = [
        json.dumps({"name": case["name"], "schema": case["schema"], "mistakes": mistakes})
        for case, mistakes in zip(cases, said, strict=True)
    ]
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def _compact(dmmf: Json) -> str:
    """JSON with a line for each model, enum, type and index."""
    parts = [
        f"{json.dumps(name)}: [\n{_lines(items)}\n]" for name, items in dmmf["datamodel"].items()
    ]
    schema = json.dumps(dmmf["schema"])
    return '{"datamodel": {\n' + ",\n".join(parts) + f'\n}}, "schema": {schema}}}\n'


def _lines(items: list[Json]) -> str:
    return ",\n".join(json.dumps(item, ensure_ascii=False) for item in items)


if __name__ == "__main__":
    main()
