"""These tests are of the accelerator: there are none where it was not built."""

from __future__ import annotations

from prismongo import native

collect_ignore_glob = [] if native.IS_BUILT else ["test_*.py"]
