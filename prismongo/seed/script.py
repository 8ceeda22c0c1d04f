"""Finds the seed of an application, `module:function`, and the database that it wants.

    async def seed(database: DatabaseService, *, size: Size = "small", number: int = 1) -> str: ...

The type of the first parameter is the class of the database. `size`, `number` and `progress` are
handed to a function that has parameters of these names.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from inspect import Parameter, iscoroutinefunction, signature
from typing import Any, Final, Literal, get_type_hints

from prismongo.errors import ConfigurationError
from prismongo.project import imported
from prismongo.service import Service

Size = Literal["small", "medium", "large"] | int
"""How much a seed adds: one of three words, or a number of what the application counts."""

NAMED: Final = ("size", "number", "progress")
"""The parameters, after the database, that a seed may have."""


@dataclass(frozen=True, slots=True)
class Script:
    """A seed that was found.

    Attributes:
        name: `module:function`.
        function: adds the data to the connected database.
        service: the class of this database.
        parameters: the names among `NAMED` that the function takes.
        required: those of them that have no default.
    """

    name: str
    function: Callable[..., Awaitable[object]]
    service: type[Service]
    parameters: frozenset[str]
    required: frozenset[str]


def load_script(name: str) -> Script:
    """Import a seed.

    Args:
        name: `module:function`, for example `database.seed:seed`.

    Raises:
        ConfigurationError: it cannot be imported, or is no function that can be called.
    """
    function = imported(name, "seed")
    if not iscoroutinefunction(function):
        raise ConfigurationError(f"The seed {name} is no `async def` function.")
    first, *others = _parameters(name, function)
    takes_any = any(each.kind is Parameter.VAR_KEYWORD for each in others)
    named = [
        each for each in others if each.kind in (each.POSITIONAL_OR_KEYWORD, each.KEYWORD_ONLY)
    ]
    required = frozenset(each.name for each in named if each.default is Parameter.empty)
    if unknown := required.difference(NAMED):
        raise ConfigurationError(
            f"The seed {name} needs `{min(unknown)}`: beside the database it can only have "
            f"{', '.join(NAMED)}, and parameters with a default."
        )
    parameters = frozenset(NAMED).intersection(
        NAMED if takes_any else (each.name for each in named)
    )
    return Script(name, function, _service(name, function, first), parameters, required)


def _parameters(name: str, function: Callable[..., Any]) -> list[Parameter]:
    parameters = list(signature(function).parameters.values())
    if not parameters or parameters[0].kind not in (
        Parameter.POSITIONAL_ONLY,
        Parameter.POSITIONAL_OR_KEYWORD,
    ):
        raise ConfigurationError(_without_database(name))
    return parameters


def _service(name: str, function: Callable[..., Any], parameter: Parameter) -> type[Service]:
    try:
        hints: Mapping[str, Any] = get_type_hints(function)
    except Exception as error:
        # An annotation is any expression: what is imported for type checkers alone is missing here.
        raise ConfigurationError(
            f"The types of the seed {name} cannot be read: {type(error).__name__}: {error}. Import "
            "them outside of `if TYPE_CHECKING`."
        ) from error
    service = hints.get(parameter.name)
    if not isinstance(service, type) or not issubclass(service, Service) or service is Service:
        raise ConfigurationError(_without_database(name))
    return service


def _without_database(name: str) -> str:
    return (
        f"The seed {name} does not say which database it wants: give its first parameter the type, "
        "`database: DatabaseService`, your subclass of prismongo.Service."
    )
