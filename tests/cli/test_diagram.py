"""The command diagram, as a new user runs it."""

from __future__ import annotations

import shutil
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree

import pytest

from prismongo.cli import main
from tests.project import TOP

Output = pytest.CaptureFixture[str]
SCHEMA = """datasource db {
  provider = "mongodb"
  url      = env("DATABASE_URL")
}
model Cat {
  id   Int     @id @map("_id")
  toys Toy[]
}
model Toy {
  id    Int @id @map("_id")
  catId Int
  cat   Cat @relation(fields: [catId], references: [id])
}
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory with a schema, and no Graphviz."""
    (tmp_path / "schema.prisma").write_text(SCHEMA)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    return tmp_path


def graphviz(folder: Path, script: str) -> None:
    """A program `dot` that does as it is told."""
    (folder / "bin").mkdir()
    program = folder / "bin" / "dot"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)


def test_mermaid_goes_to_standard_output(folder: Path, capsys: Output) -> None:
    assert main(["diagram", "--no-fields"]) == 0
    assert capsys.readouterr().out == (
        'erDiagram\n    "Cat"\n    "Toy"\n    "Cat" ||--o{ "Toy" : "cat"\n'
    )


def test_models_are_chosen(folder: Path, capsys: Output) -> None:
    assert main(["diagram", "--no-fields", "--models", "Toy"]) == 0
    assert capsys.readouterr().out == 'erDiagram\n    "Toy"\n'
    assert main(["diagram", "--no-fields", "--models", "Toy", "--depth", "1"]) == 0
    assert '"Cat" ||--o{ "Toy"' in capsys.readouterr().out


@pytest.mark.parametrize("name", ["a.png", "schema.prisma", "README.md", "a"])
def test_a_file_of_another_kind_is_not_written(folder: Path, name: str, capsys: Output) -> None:
    (folder / name).write_text("mine")
    with pytest.raises(SystemExit):
        main(["diagram", "--output", name])
    assert "--output: its name ends in one of .mmd, " in capsys.readouterr().err
    assert (folder / name).read_text() == "mine"


def test_files_by_their_suffix(folder: Path, capsys: Output) -> None:
    graphviz(folder, 'echo "<svg>$1"; read -r first; echo "$first</svg>"')
    for name in ("a.mmd", "new/a.dot", "a.SVG"):
        assert main(["diagram", "--output", name]) == 0
        assert capsys.readouterr().out == f"Wrote {name}.\n"
    assert (folder / "a.mmd").read_text().startswith("erDiagram\n")
    assert (folder / "new" / "a.dot").read_text().startswith("digraph {\n")
    assert (folder / "a.SVG").read_text() == "<svg>-Tsvg\ndigraph {</svg>\n"


def test_svg_without_graphviz(folder: Path, capsys: Output) -> None:
    assert main(["diagram", "--output", "a.svg"]) == 1
    assert capsys.readouterr().err == (
        "SVG needs Graphviz, and there is no `dot` on the PATH. Install Graphviz, or write a .mmd "
        "file (Mermaid) or a .dot file.\n"
    )
    assert not (folder / "a.svg").exists()


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("cat >&2; exit 3", " failed with status 3: digraph {"),
        ("exit 1", " failed with status 1: "),
    ],
)
def test_graphviz_fails(folder: Path, capsys: Output, script: str, reason: str) -> None:
    graphviz(folder, script.replace("cat", "read -r first; echo $first"))
    assert main(["diagram", "--output", "a.svg"]) == 1
    assert capsys.readouterr().err.startswith(f"{folder}/bin/dot{reason}")
    assert not (folder / "a.svg").exists()


def test_graphviz_cannot_be_run(folder: Path, capsys: Output) -> None:
    graphviz(folder, "")
    (folder / "bin" / "dot").write_text("#!/no/such/program\n")
    assert main(["diagram", "--output", "a.svg"]) == 1
    assert "bin/dot cannot be run: No such file or directory." in capsys.readouterr().err


@pytest.mark.skipif(shutil.which("dot") is None, reason="Graphviz is not installed")
@pytest.mark.parametrize("options", [[], ["--container", "containers:ApplicationContainer"]])
def test_svg_of_kraken(options: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(TOP)
    assert main(["diagram", *options, "--output", str(tmp_path / "a.svg")]) == 0
    text = (tmp_path / "a.svg").read_text()
    assert ">Factory of MessageService<" in text if options else ">sentAt: DateTime<" in text
    drawn = Counter(each.get("class") for each in ElementTree.fromstring(text).iter())  # noqa: S314 - ours
    assert main(["diagram", *options, "--output", str(tmp_path / "a.dot")]) == 0
    dot = (tmp_path / "a.dot").read_text()
    assert drawn["edge"] == dot.count(" -> ") > 30
    assert drawn["cluster"] == dot.count("subgraph ")


@pytest.mark.skipif(shutil.which("dot") is None, reason="Graphviz is not installed")
def test_svg_of_names_in_other_scripts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    text = SCHEMA.replace("Cat", "Größe").replace("Toy", "Игрушка")
    (tmp_path / "schema.prisma").write_text(text, encoding="utf-8")
    assert main(["diagram", "--output", "a.svg"]) == 0
    drawn = ElementTree.parse(tmp_path / "a.svg").getroot()  # noqa: S314 - ours
    assert {"Größe", "Игрушка"} <= set(drawn.itertext())


def test_a_container(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: Output) -> None:
    """Of the application in the working directory; its configuration is not read."""
    (folder / "drawn_shop.py").write_text(
        "from dependency_injector import providers\n"
        "from prismongo.containers import Container, configuration\n"
        "class Shop(Container):\n"
        "    config = providers.Singleton(configuration.read, sections={})\n"
    )
    monkeypatch.syspath_prepend(str(folder))
    assert main(["diagram", "--container", "drawn_shop:Shop"]) == 0
    assert capsys.readouterr().out == (
        'flowchart LR\n    config(["config<br/>Singleton of Configuration"])\n'
    )


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (["--depth", "1"], "argument --depth: needs --models"),
        (["--depth", "-1"], "a number from 0 up is wanted, not '-1'"),
        (["--models", "Cat", "--depth", "x"], "a number from 0 up is wanted, not 'x'"),
        (["--container", "a:B", "--models", "Cat"], "argument --models: not with --container"),
        (["--container", "a:B", "--schema", "x"], "argument --schema: not with --container"),
        (["--container", "a:B", "--no-fields"], "argument --no-fields: not with --container"),
    ],
)
def test_wrong_usage(folder: Path, capsys: Output, options: list[str], reason: str) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["diagram", *options])
    assert caught.value.code == 2
    assert reason in capsys.readouterr().err


def test_a_mistake_is_one_line(folder: Path, capsys: Output) -> None:
    assert main(["diagram", "--models", "Cats"]) == 1
    assert main(["diagram", "--container", "shops:Shop"]) == 1
    (folder / "file").touch()
    assert main(["diagram", "--output", "file/a.mmd"]) == 1
    assert capsys.readouterr().err.splitlines() == [
        "The schema has no model and no composite type Cats. Did you mean Cat?",
        "The container shops:Shop cannot be imported: ModuleNotFoundError: No module named 'shops'",
        "Cannot write file/a.mmd: File exists.",
    ]
