"""What a provider gives and what a parameter wants, as far as annotations tell: beneath validation.

A whole container where its `service` is wanted, or settings where the database is, are found before
anything opens. What is not known for certain passes: no annotation, one that cannot be evaluated,
a protocol, a typed dict, a provider that was overridden, a value that has all the methods of what
is wanted.
"""

from __future__ import annotations

import inspect
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from dataclasses import dataclass
from types import NoneType, SimpleNamespace, UnionType
from typing import (
    Annotated,
    Any,
    Final,
    TypeVar,
    Union,
    get_args,
    get_origin,
    get_type_hints,
    is_typeddict,
)

from dependency_injector import containers, providers

from prismongo.containers.graph import AnyProvider

WRAPPERS: Final = (AsyncIterator, Iterator, AbstractAsyncContextManager, AbstractContextManager)
"""What the function of a resource gives the value in."""
ANYTHING: Final = (object, Any)
NUMBERS: Final = {int: (float, complex), float: (complex,)}
INJECTED: Final = (containers.Container, providers.Provider)


@dataclass(frozen=True)
class Kind:
    """The class of what a provider gives.

    Attributes:
        is_exact: it is of this class; otherwise of this or a subclass.
        is_container: it is a container, not what is in it.
    """

    type: type
    is_exact: bool = False
    is_container: bool = False

    def __str__(self) -> str:
        return "a whole container" if self.is_container else f"a {self.type.__name__}"


def kind_of(provider: Any) -> Kind | None:
    """What a provider gives, where that is known without calling it."""
    match provider:
        case providers.Container():
            return Kind(containers.DynamicContainer, is_exact=True, is_container=True)
        case providers.Dependency():
            wanted = provider.instance_of
            return None if wanted in ANYTHING else Kind(wanted)
        case _ if provider.last_overriding is not None:
            return None
        case providers.Object():
            return Kind(type(provider.provides), is_exact=True)
        case (
            providers.Factory()
            | providers.BaseSingleton()
            | providers.Callable()
            | providers.Resource()
        ):
            return _kind_called(provider)
        case _:
            return None


def _kind_called(provider: Any) -> Kind | None:
    called = provider.provides
    is_resource = isinstance(provider, providers.Resource)
    if inspect.isclass(called):
        return None if is_resource else Kind(called, is_exact=True)
    if not callable(called) or (inspect.iscoroutinefunction(called) and not is_resource):
        return None
    hints = hints_of(called)
    gives = hints.get("return")
    origin = get_origin(gives)
    if is_resource and inspect.isclass(origin) and issubclass(origin, WRAPPERS):
        gives = get_args(gives)[0]
    if isinstance(gives, TypeVar):
        gives = _bound(gives, called, provider, hints)
    gives = get_origin(gives) or gives
    if not inspect.isclass(gives) or gives in ANYTHING or issubclass(gives, Awaitable | NoneType):
        return None
    return Kind(gives)


def _bound(variable: Any, called: Any, provider: Any, hints: Mapping[str, Any]) -> Any:
    """The class that is given where the function takes `type[T]` and gives T."""
    for name, argument in arguments_of(called, provider):
        if hints.get(name) == type[variable] and inspect.isclass(argument):
            return argument
    return None


def arguments_of(called: Any, provider: Any) -> list[tuple[str, Any]]:
    """The arguments that a provider injects, by the names of the parameters."""
    try:
        parameters = inspect.signature(called).parameters.values()
    except (TypeError, ValueError):
        return []
    places = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    names = [parameter.name for parameter in parameters if parameter.kind in places]
    return [*zip(names, provider.args, strict=False), *provider.kwargs.items()]


def hints_of(called: Any) -> dict[str, Any]:
    """The annotations of a function, or of a class's constructor, that can be evaluated."""
    function = called.__init__ if inspect.isclass(called) else called
    function = inspect.unwrap(getattr(function, "__func__", function))
    names = getattr(function, "__globals__", {})
    hints: dict[str, Any] = {}
    for name, annotation in getattr(function, "__annotations__", {}).items():
        one = SimpleNamespace(__annotations__={name: annotation})
        try:
            hints |= get_type_hints(one, globalns=names)
        except (NameError, TypeError, AttributeError, SyntaxError):
            continue  # of what is imported for the type checker alone, say
    return hints


def mismatch(wanted: Any, given: Any, named: Mapping[AnyProvider, str]) -> str | None:
    """What is wrong with giving a provider's value where an annotation wants another.

    Args:
        wanted: the annotation.
        given: the provider, or a plain value.
        named: the paths of the declared providers, to say which it is, and which would do.
    """
    types = wanted_types(wanted)
    if types is None or not isinstance(given, providers.Provider):
        return None
    kind = kind_of(given)
    if kind is None or any(_fits(kind, each, given) for each in types):
        return None
    words = " or ".join(each.__name__ for each in types if each is not NoneType)
    right = [path for other, path in named.items() if _is_right(kind_of(other), types)]
    inside = [path for path in right if path.startswith(f"{named.get(given)}.")]
    hint = f": `{(inside or right)[0]}` gives one" if right else ""
    name = named.get(given, type(given).__name__)
    return f"a {words} is wanted, and `{name}` gives {kind}{hint}"


def wanted_types(annotation: Any) -> tuple[type, ...] | None:
    """The classes of which one is wanted; None where anything may be, or it is not known."""
    origin = get_origin(annotation)
    if origin is Annotated:
        return wanted_types(get_args(annotation)[0])
    if origin in (Union, UnionType):
        each = [wanted_types(one) for one in get_args(annotation)]
        return None if None in each else tuple(kind for kinds in each for kind in kinds or ())
    kind = NoneType if annotation is None else origin or annotation
    if not inspect.isclass(kind) or kind in (*ANYTHING, type, Callable):
        return None
    is_protocol = getattr(kind, "_is_protocol", False) or is_typeddict(kind)
    return None if is_protocol or issubclass(kind, INJECTED) else (kind,)


def _is_right(kind: Kind | None, types: tuple[type, ...]) -> bool:
    return kind is not None and any(issubclass(kind.type, each) for each in types)


def _fits(kind: Kind, wanted: type, given: Any) -> bool:
    if kind.is_container:
        return False
    if issubclass(kind.type, wanted) or wanted in NUMBERS.get(kind.type, ()):
        return True
    if not kind.is_exact and issubclass(wanted, kind.type):
        return True
    if kind.type.__module__ == wanted.__module__ == "builtins":
        return True  # a list for a tuple, and so on: it may well do
    value = given.provides if isinstance(given, providers.Object) else kind.type
    return isinstance(value, wanted) or _offers(value, kind.type, wanted)


def _offers(value: Any, kind: type, wanted: type) -> bool:
    """Whether it has all that is wanted, as a fake has; what both inherit says nothing."""
    common = {name for base in kind.__mro__ if base in wanted.__mro__ for name in vars(base)}
    names = [name for name in dir(wanted) if not name.startswith("_") and name not in common]
    return bool(names) and all(hasattr(value, name) for name in names)
