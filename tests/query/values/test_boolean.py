from __future__ import annotations

import pytest

from prismongo.query.values.boolean import BOOLEAN


@pytest.mark.parametrize("value", [True, False])
def test_a_boolean_is_one_everywhere(value: bool) -> None:
    assert BOOLEAN.encode(value) is BOOLEAN.python(value) is BOOLEAN.wire(value) is value


@pytest.mark.parametrize("value", [0, 1, "true", None])
def test_what_only_looks_true_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match="expected Boolean"):
        BOOLEAN.encode(value)
    with pytest.raises(ValueError, match=r"^(int|string|null)$"):
        BOOLEAN.python(value)
