"""Some seconds of what `make fuzz-native` does: the rest is for whoever changes the accelerator."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.native.sanitized import build, fuzz, sanitizer

NO_SANITIZER = "gcc's address sanitizer is not installed"


@pytest.fixture(scope="module")
def extension(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("sanitized"))


@pytest.mark.skipif(sanitizer() is None, reason=NO_SANITIZER)
def test_odd_documents_and_mutated_replies_are_no_finding(extension: Path) -> None:
    assert "odd documents" in fuzz("odd", "2", extension=extension)
    assert "mutated replies" in fuzz("mutated", "2", extension=extension)


def test_the_process_does_not_grow() -> None:
    assert "blocks more" in fuzz("leaks", "5000")
