"""A load for a while, with storms of cancellations: nothing grows, nothing is left behind.

`make soak` runs ten minutes; otherwise it is one in CI and ten seconds elsewhere.
"""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Final

SECONDS: Final = float(os.environ.get("SOAK_SECONDS") or (30 if os.environ.get("CI") else 10))


def test_nothing_grows_and_nothing_is_left(mongo_url: str) -> None:
    soak = [sys.executable, "-m", "tests.reliability.soak", mongo_url, str(SECONDS)]
    assert subprocess.run(soak, check=False).returncode == 0
