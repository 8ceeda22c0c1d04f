"""`python -m database`: the commands of `cli`."""

from __future__ import annotations

import sys

from database.cli import main

sys.exit(main())
