"""`prismongo validate`."""

from __future__ import annotations

from pathlib import Path

import pytest

from prismongo.cli.program import main

SCHEMA = """datasource db {
  provider = "mongodb"
  url      = env("DATABASE_URL")
}

model Row {
  id Int @id @map("_id")
}
"""


def test_a_schema_of_another_programs_generator_is_valid_and_makes_no_client(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "schema.prisma"
    path.write_text(SCHEMA + 'generator js {\n  provider = "prisma-client-js"\n}\n')
    assert main(["validate", "--schema", str(path)]) == 0
    said = capsys.readouterr().out
    assert "is valid." in said
    assert (
        'no client of it. No generator block for the Python client, only "prisma-client-js"' in said
    )
    path.write_text(SCHEMA + 'generator py {\n  provider = "prisma-client-py"\n}\n')
    assert main(["validate", "--schema", str(path)]) == 0
    assert "no client" not in capsys.readouterr().out
