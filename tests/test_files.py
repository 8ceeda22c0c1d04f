"""Where config.yml and schema.prisma are found."""

from __future__ import annotations

from pathlib import Path

import pytest

from database.files import locate

TOP = Path(__file__).parent.parent


def test_the_working_directory_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "schema.prisma").touch()
    monkeypatch.chdir(tmp_path)

    assert locate("schema.prisma") == tmp_path / "schema.prisma"


def test_elsewhere_the_checkout_has_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    assert locate("schema.prisma") == TOP / "schema.prisma"
