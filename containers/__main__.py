"""`python -m containers`, which `make run` starts: runs the demo."""

from __future__ import annotations

import asyncio
import sys

from prisma.errors import PrismaError

from containers.demo import run
from containers.report import Report


def main() -> int:
    """Run the demo and return the exit status; `--traceback` also shows where an error is from."""
    try:
        asyncio.run(run(Report()))
    except PrismaError as error:
        if "--traceback" in sys.argv[1:]:
            raise
        sys.stderr.write(f"\n{error}\n")
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
