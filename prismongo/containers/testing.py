"""Overriding for tests: `with overridden(container, database=fake(DatabaseService)) as container:`.

Beside lifecycle. It adds three things to dependency-injector's overriding: names are checked, the
types of fakes are checked, and singletons that hold an overridden value are reset.
"""

from __future__ import annotations

import inspect
import typing
from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Iterator
from contextlib import AbstractAsyncContextManager, ExitStack, contextmanager
from typing import Any, TypeVar

from dependency_injector import providers

from prismongo.containers.graph import (
    AnyContainer,
    AnyProvider,
    flat,
    in_order,
    members,
    needs,
    paths,
)
from prismongo.errors import ConfigurationError

ContainerT = TypeVar("ContainerT", bound=AnyContainer)

SERVICE = "service"
"""The provider that the name of a mounted container means: `database` is `database.service`."""

_WRAPPERS = (AsyncIterator, AsyncGenerator, AbstractAsyncContextManager)


@contextmanager
def overridden(container: ContainerT, **fakes: Any) -> Iterator[ContainerT]:
    """Override providers of a container with fakes while the body runs.

    Used before start, resources that only the overridden providers need are not started. Used
    after start, they continue to run, unused. Singletons that hold either are reset.

    Args:
        container: an instance of a container, running or not.
        fakes: the fakes by the provider's name. The name of a mounted container means its
            `service`; other providers are named by their path, `**{"database.settings": …}`. A
            fake is an object of the right type, or a provider. It is neither started nor stopped.

    Raises:
        ConfigurationError: there is no provider of this name; the fake has the wrong type; a
            resource that has started already holds what would be overridden.
    """
    chosen = {_named(container, name): fake for name, fake in fakes.items()}
    for provider, fake in chosen.items():
        _check_type(container, provider, fake)
    for provider in chosen:
        _check_started(container, provider)
    with ExitStack() as undone:
        undone.callback(_forget, container, list(chosen))
        for provider, fake in chosen.items():
            undone.enter_context(provider.override(fake))
        _forget(container, list(chosen))
        yield container


def _named(container: AnyContainer, name: str) -> AnyProvider:
    here: AnyContainer = container
    parts = name.split(".")
    for number, part in enumerate(parts):
        known = members(here) if _is_container(here) else {}
        if part not in known:
            names = ", ".join(known) or "nothing"
            place = f"`{'.'.join(parts[:number])}`" if number else "the container"
            raise ConfigurationError(f"There is no provider `{part}` in {place}: it has {names}.")
        here = known[part]
    if not isinstance(here, providers.Container):
        return typing.cast(AnyProvider, here)
    if SERVICE not in members(here):
        names = ", ".join(f"{name}.{each}" for each in members(here))
        raise ConfigurationError(f"`{name}` has no `{SERVICE}`: name one of {names}.")
    return members(here)[SERVICE]


def _is_container(here: AnyContainer) -> bool:
    return hasattr(here, "providers")


# --- types ---


def _check_type(container: AnyContainer, provider: AnyProvider, fake: Any) -> None:
    if isinstance(fake, providers.Provider):
        return
    for wanted in _wanted(container, provider):
        if not isinstance(fake, wanted):
            name = paths(container).get(provider, "it")
            raise ConfigurationError(
                f"A {wanted.__name__} is wanted for {name}, not a {type(fake).__name__}: "
                "subclass it, or use unittest.mock.create_autospec."
            )


def _wanted(container: AnyContainer, provider: AnyProvider) -> Iterator[type]:
    """The type that a provider returns, and the types that its dependents require."""
    provides = getattr(provider, "provides", None)
    given = provides if inspect.isclass(provides) else _returned(provides)
    if given is not None:
        yield given
    for other in in_order(flat(container)):
        if isinstance(other, providers.Dependency) and provider in needs(other):
            yield other.instance_of


def _returned(function: Any) -> type | None:
    """The class in the return annotation of a function, or in that of its context manager."""
    try:
        annotation = typing.get_type_hints(function).get("return")
    except (TypeError, NameError):
        return None
    if typing.get_origin(annotation) in _WRAPPERS:
        annotation = typing.get_args(annotation)[0]
    annotation = typing.get_origin(annotation) or annotation
    return annotation if inspect.isclass(annotation) and annotation is not type(None) else None


# --- what was made before ---


def _check_started(container: AnyContainer, provider: AnyProvider) -> None:
    named = paths(container)
    for resource in _behind_which(container, provider, providers.BaseResource):
        if resource.initialized:
            raise ConfigurationError(
                f"{named.get(resource, 'A resource')} has started and holds "
                f"{named.get(provider, 'what it was given')}: override before start."
            )


def _forget(container: AnyContainer, overridden_ones: Iterable[AnyProvider]) -> None:
    """Reset the singletons that hold a fake, or what it replaces."""
    for provider in overridden_ones:
        for singleton in _behind_which(container, provider, providers.BaseSingleton):
            singleton.reset()


def _behind_which(container: AnyContainer, provider: AnyProvider, kind: Any) -> list[Any]:
    """The providers of a kind that need `provider`, directly or not."""
    return [
        each
        for each in in_order(flat(container))
        if isinstance(each, kind) and each is not provider and provider in in_order(needs(each))
    ]
