"""dependency-injector's wiring: markers that would not be injected are found before start.

    Users = Annotated[UserService, Depends(Provide["users.service"])]

    @router.get("/users/{user_id}")
    @inject
    async def profile(user_id: str, users: Users) -> Profile: ...

dependency-injector ignores what it cannot inject, so the function receives the marker itself. A
second container that is wired to a module takes it away from the first, and `Closing` stops
resources that others use. Below validation; `asgi` checks the endpoints of an application too.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from types import FunctionType, ModuleType
from typing import Any, ParamSpec, TypeVar, cast, get_args

from dependency_injector import providers, wiring

from prismongo.containers.graph import AnyContainer, AnyProvider, containers_in, flat, paths
from prismongo.containers.kinds import hints_of, mismatch

P = ParamSpec("P")
R = TypeVar("R")

MARKERS = cast(tuple[type, ...], (wiring.Provide, wiring.Provider, wiring.Closing))
REMEDY = (
    "put `@inject` of prismongo.containers.wiring directly above the function, below other "
    "decorators"
)


def inject(function: Callable[P, R]) -> Callable[P, R]:
    """dependency-injector's `inject`, which also reads markers in annotations that are text.

    Annotations are text under `from __future__ import annotations`.

    Raises:
        NameError: an annotation uses a name that does not exist at run time: an import under
            `TYPE_CHECKING`.
    """
    names = sys._getframe(1).f_locals  # of an enclosing function, where there is one
    function.__annotations__ = inspect.get_annotations(function, locals=names, eval_str=True)
    return wiring.inject(function)


def marker_problems(container: AnyContainer) -> Iterator[str]:
    """Problems of the markers in the modules that a container is wired to."""
    for each in containers_in(container):
        for module in _modules_of(each):
            for name, value in vars(module).items():
                if isinstance(value, MARKERS):
                    yield f"{module.__name__}.{name}: {value!r} resolves to nothing"
            yield from function_problems(_functions_of(module), container)


def function_problems(functions: Iterable[Any], container: AnyContainer) -> Iterator[str]:
    """Problems of the markers of these functions; each function is checked once."""
    ours, named = set(flat(container)), paths(container)
    for function in {id(function): function for function in functions}.values():
        name = f"{function.__module__}.{getattr(function, '__qualname__', function)}"
        for problem in _problems(function, ours, named):
            yield f"{name}: {problem}"


def _problems(
    function: Any, ours: set[AnyProvider], named: Mapping[AnyProvider, str]
) -> Iterator[str]:
    # There is no public way to ask whether, and with what, a function was injected.
    injected = wiring._patched_registry.get_callable(function)
    if injected is None:
        for parameter in _marked(function):
            yield f"`{parameter}` is not injected: {REMEDY}"
        return
    hints = hints_of(function)
    for parameter, marker in injected.reference_injections.items():
        provider = injected.injections.get(parameter)
        if not isinstance(provider, providers.Provider):
            yield f"`{parameter}`: {marker!r} resolves to nothing, or its module is not wired"
            continue
        behind = [provider, *provider.traverse()]
        if ours.isdisjoint(behind):
            yield f"`{parameter}` is injected from another container: the last one wired wins"
        elif parameter in injected.reference_closing and any(map(_is_resource, behind)):
            yield f"`{parameter}`: Closing would stop what others use; the container stops it"
        elif problem := mismatch(hints.get(parameter, Any), provider, named):
            yield f"`{parameter}`: {problem}"


def _is_resource(provider: AnyProvider) -> bool:
    return isinstance(provider, providers.BaseResource)


def _marked(function: Any) -> Iterator[str]:
    """The parameters with a marker, in their default or in their annotation."""
    try:
        parameters = inspect.signature(function, eval_str=True).parameters
    except (NameError, TypeError, ValueError):
        return  # Not a function with a readable signature.
    for parameter in parameters.values():
        candidates = [parameter.default, *get_args(parameter.annotation)[1:]]
        # FastAPI's Depends(marker)
        given = [getattr(candidate, "dependency", candidate) for candidate in candidates]
        if any(isinstance(each, MARKERS) for each in given):
            yield parameter.name


def _modules_of(container: Any) -> Iterator[ModuleType]:
    yield from container.wired_to_modules
    for package in container.wired_to_packages:
        inside = f"{package.__name__}."
        yield package
        yield from (module for name, module in sys.modules.items() if name.startswith(inside))


def _functions_of(module: ModuleType) -> Iterator[Any]:
    """Functions and methods of the module, and the endpoints of its routers."""
    for member in list(vars(module).values()):
        if inspect.getattr_static(member, "routes", None) is not None:
            yield from endpoints(member.routes)
        if isinstance(member, FunctionType):
            yield member
        elif inspect.isclass(member) and member.__module__ == module.__name__:
            methods = [getattr(each, "__func__", each) for each in vars(member).values()]
            yield from (each for each in methods if isinstance(each, FunctionType))


def endpoints(routes: Any) -> Iterator[Any]:
    """The functions that routes of Starlette or FastAPI call, and their dependencies."""
    if not isinstance(routes, Iterable):
        return
    for route in routes:
        if endpoint := getattr(route, "endpoint", None):
            yield endpoint
        yield from _dependencies(getattr(route, "dependant", None))
        router = getattr(route, "original_router", route)  # FastAPI's included router
        yield from endpoints(getattr(router, "routes", ()))


def _dependencies(dependant: Any) -> Iterator[Any]:
    for inner in getattr(dependant, "dependencies", ()):
        yield inner.call
        yield from _dependencies(inner)
