"""`prismongo` and `python -m prismongo`: runs the commands of `cli`.

`import prisma` imports the generated client. If that is damaged, every command would fail, also the
one that repairs it. So an error of this import is caught here and explained.
"""

from __future__ import annotations

import sys
import traceback
from importlib.util import find_spec
from pathlib import Path

_DAMAGED = """\
The generated client cannot be imported: {reason}.
Remove it, then make it anew:
  python -m prisma_cleanup
  prismongo generate
"""


def main() -> int:
    """Run the command that `sys.argv` names; the exit status."""
    try:
        from prismongo.cli import main as run

        return run()  # imports what the command needs
    except (ImportError, SyntaxError, NameError) as error:
        if not _is_of_the_client(error) or "--traceback" in sys.argv[1:]:
            raise
        sys.stderr.write(_DAMAGED.format(reason=f"{type(error).__name__}: {error}"))
        return 1
    except KeyboardInterrupt:  # may also come during the import
        return 130


def _is_of_the_client(error: ImportError | SyntaxError | NameError) -> bool:
    spec = find_spec("prisma")
    if spec is None or spec.origin is None:
        return False
    files = [frame.filename for frame in traceback.extract_tb(error.__traceback__)]
    if isinstance(error, SyntaxError) and error.filename:
        files.append(error.filename)
    return Path(files[-1]).is_relative_to(Path(spec.origin).parent)


if __name__ == "__main__":
    sys.exit(main())
