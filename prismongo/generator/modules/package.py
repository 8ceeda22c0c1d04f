"""`__init__.py` and the small modules of the generated package, which no schema changes."""

from __future__ import annotations

from typing import Final

INIT: Final = '''"""The generated client. What it holds is loaded when it is first asked for (PEP 562).

Regenerate it with `prismongo generate`; changes made here are lost.
"""

# ruff: noqa
from typing import TYPE_CHECKING

__title__ = 'prisma'
__version__ = '0.15.0'

if TYPE_CHECKING:
    from prisma import errors as errors

    from . import bases as bases, enums as enums, fields as fields, models as models
    from . import partials as partials, types as types
    from .client import (
        Batch as Batch,
        Client as Client,
        Prisma as Prisma,
        SCHEMA_PATH as SCHEMA_PATH,
        get_client as get_client,
        load_env as load_env,
        register as register,
    )
    from prismongo.client.metrics import Metric as Metric, MetricHistogram as MetricHistogram
    from prismongo.client.metrics import Metrics as Metrics
    from prismongo.client.types import PrismaMethod as PrismaMethod
    from prismongo.client.validator import validate as validate
    from prismongo.fields import Base64 as Base64, Json as Json
    from typing import Any as _Any

    config: _Any  # upstream's settings of its own commands
else:
    if __name__ == "prisma":  # what upstream has and this package has not is found beside it
        from pkgutil import extend_path

        __path__ = extend_path(__path__, __name__)

    _MODULES = {modules!r}
    _NAMES = {names!r}

    def __getattr__(name):
        import importlib

        if name in _MODULES:
            return importlib.import_module("." + name, __name__)
        if name not in _NAMES:
            raise AttributeError(f"module {{__name__!r}} has no attribute {{name!r}}")
        value = getattr(importlib.import_module(_NAMES[name], __name__), name)
        globals()[name] = value
        return value

    def __dir__():
        return sorted({{*globals(), *_MODULES, *_NAMES}})
'''

_MODULES: Final = (
    "actions",
    "bases",
    "client",
    "enums",
    "errors",
    "fields",
    "models",
    "partials",
    "types",
)
_NAMES: Final = {
    "Batch": ".client",
    "Client": ".client",
    "Prisma": ".client",
    "SCHEMA_PATH": ".client",
    "get_client": ".client",
    "load_env": ".client",
    "register": ".client",
    "Base64": "prismongo.fields",
    "Json": "prismongo.fields",
    "Metric": "prismongo.client.metrics",
    "MetricHistogram": "prismongo.client.metrics",
    "Metrics": "prismongo.client.metrics",
    "PrismaMethod": "prismongo.client.types",
    "config": "prisma._config",
    "validate": "prismongo.client.validator",
}

REGISTRY: Final = '''"""The registered client: `Model.prisma()` asks it."""

# ruff: noqa
from __future__ import annotations

from typing import TYPE_CHECKING, Any, Callable, Union

from prismongo.client.registry import Registry

if TYPE_CHECKING:
    from .client import Prisma

RegisteredClient = Union["Prisma", Callable[[], "Prisma"]]
_registered_client: Any = None


def register(client: RegisteredClient) -> None:
    """Register a client, or a function that returns one, for `get_client`; once."""
    Registry(__name__).register(client)


def get_client() -> Prisma:
    """The registered client.

    Raises:
        prisma.errors.ClientNotRegisteredError: none is registered.
    """
    return Registry(__name__).client()  # type: ignore[no-any-return]
'''

TYPES: Final = '''"""The types of the actions' arguments and answers, made when one of them is first asked for."""

# ruff: noqa
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ._inputs import *
else:
    from prismongo.client.lazy import names_of

    __getattr__, __dir__ = names_of(__name__, "._inputs")
'''

ERRORS: Final = '''"""The errors that every client raises."""

# ruff: noqa
from prisma.errors import *
from prisma.errors import (
    BuilderError as BuilderError,
    ClientAlreadyRegisteredError as ClientAlreadyRegisteredError,
    ClientNotRegisteredError as ClientNotRegisteredError,
    FieldNotFoundError as FieldNotFoundError,
    GeneratorError as GeneratorError,
    InputError as InputError,
    InvalidModelError as InvalidModelError,
    TransactionError as TransactionError,
    TransactionExpiredError as TransactionExpiredError,
    TransactionNotStartedError as TransactionNotStartedError,
    UnknownModelError as UnknownModelError,
    UnknownRelationalFieldError as UnknownRelationalFieldError,
    UnsupportedDatabaseError as UnsupportedDatabaseError,
    UnsupportedListTypeError as UnsupportedListTypeError,
)
'''

FIELDS: Final = '''"""The types of fields that Python has not."""

from prismongo.fields import Base64 as Base64, Json as Json

__all__ = ("Base64", "Json")
'''


def init_module() -> str:
    """The text of `__init__.py`."""
    return INIT.format(modules=_MODULES, names=_NAMES)
