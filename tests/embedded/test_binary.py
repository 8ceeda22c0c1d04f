"""Where the embedded server's binary is looked for, and in which order."""

from __future__ import annotations

import errno
import os
import sys
from pathlib import Path

import pytest

from prismongo.embedded.binary import find_binary
from prismongo.errors import MongodNotFoundError


@pytest.fixture(autouse=True)
def nothing_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No binary on PATH, no package, and a cache of the test's own."""
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(sys, "path", [str(tmp_path / "packages")])


@pytest.fixture
def on_path(tmp_path: Path) -> Path:
    return binary(tmp_path / "bin" / "mongod")


@pytest.fixture
def packaged(tmp_path: Path) -> Path:
    """As some installers leave it: without the run bit."""
    return binary(tmp_path / "packages" / "fiftyone" / "db" / "bin" / "mongod", mode=0o644)


def test_the_setting_comes_first(tmp_path: Path, on_path: Path, packaged: Path) -> None:
    setting = binary(tmp_path / "own")

    assert find_binary(setting) == setting


def test_then_comes_the_path(on_path: Path, packaged: Path) -> None:
    assert find_binary() == on_path


def test_then_comes_an_installed_package_which_is_not_imported(packaged: Path) -> None:
    (packaged.parent.parent / "__init__.py").write_text("raise AssertionError")

    assert find_binary() == packaged
    assert os.access(packaged, os.X_OK)
    assert "fiftyone" not in sys.modules


def test_where_there_is_none_the_places_are_named() -> None:
    with pytest.raises(MongodNotFoundError) as caught:
        find_binary()

    for named in ("database.mongod", "PATH", "prismongo[embedded]", "DATABASE_URL"):
        assert named in str(caught.value)


@pytest.mark.parametrize(("mode", "said"), [(None, "no such file"), (0o644, "not executable")])
def test_a_setting_that_is_wrong_is_not_passed_over(
    tmp_path: Path, on_path: Path, mode: int | None, said: str
) -> None:
    setting = tmp_path / "own"
    if mode is not None:
        binary(setting, mode)

    with pytest.raises(MongodNotFoundError, match=f"{setting}: {said}"):
        find_binary(setting)


def test_a_package_that_cannot_be_changed_is_copied_once(
    packaged: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_unchangeable(packaged, monkeypatch)
    copy = find_binary()

    assert copy.parent == tmp_path / "cache" / "prismongo"
    assert copy.read_bytes() == packaged.read_bytes()
    assert os.access(copy, os.X_OK)
    assert find_binary() == copy
    assert list(copy.parent.iterdir()) == [copy]


def test_where_it_cannot_be_copied_either_that_is_said(
    packaged: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_unchangeable(packaged, monkeypatch)
    (tmp_path / "cache").touch()

    with pytest.raises(MongodNotFoundError, match=r"not executable and could not be copied.*set"):
        find_binary()


def binary(path: Path, mode: int = 0o755) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/sh\n")
    path.chmod(mode)
    return path


def make_unchangeable(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a read-only file system, which a test cannot mount."""
    change = Path.chmod

    def refuse(self: Path, mode: int) -> None:
        if self == path:
            raise OSError(errno.EROFS, os.strerror(errno.EROFS))
        change(self, mode)

    monkeypatch.setattr(Path, "chmod", refuse)
