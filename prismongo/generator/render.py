"""Runs upstream's generator in a process of its own: `python -m prismongo.generator.render`.

`generate` starts it with a copy of the `prisma` package that holds no generated client ahead on the
path, so that a partial type generator sees the models of this schema and never those of a client
generated before; and whatever upstream leaves behind in a process ends with this one.

Reads the generator's data (JSON) from standard input. Writes what went wrong, if anything did, to
the file that its argument names, as `{"kind": "refused" | "partials", "message": …}`.
"""

from __future__ import annotations

import json
import sys
import traceback
from pathlib import Path

from pydantic import ValidationError


def main() -> int:
    """Generate the client; 0 where it stands, 1 where the named file says why not."""
    from prisma.generator.errors import PartialTypeGeneratorError
    from prisma.generator.generator import Generator
    from prisma.generator.models import PythonData

    data, report = json.load(sys.stdin), Path(sys.argv[1])
    try:
        Generator().generate(PythonData.model_validate(data))
    except ValidationError as error:
        lines = [
            f"{'.'.join(map(str, item['loc']))}: {item['msg'].removeprefix('Value error, ')}"
            for item in error.errors(include_url=False)
        ]
        report.write_text(json.dumps({"kind": "refused", "message": "\n".join(lines)}))
    except PartialTypeGeneratorError as error:
        cause = error.__cause__ or error
        message = "".join(traceback.format_exception(cause)).strip()
        report.write_text(json.dumps({"kind": "partials", "message": message}))
    else:
        return 0
    return 1


if __name__ == "__main__":
    sys.exit(main())
