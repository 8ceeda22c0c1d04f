"""Overriding for tests: `with overridden(container, database=fake(DatabaseService)) as container:`.

Beside lifecycle. What dependency-injector's own overriding lacks: names are checked, fakes are of
the type that is wanted, and objects that were made before do not keep what was overridden.
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
"""The provider that stands for a mounted container: `database` means `database.service`."""

_WRAPPERS = (AsyncIterator, AsyncGenerator, AbstractAsyncContextManager)


@contextmanager
def overridden(container: ContainerT, **fakes: Any) -> Iterator[ContainerT]:
    """Put fakes in the place of what the container provides, and take them away again.

    Before start, nothing is started that only the overridden would have needed; after start, what
    is running goes on, unused. Singletons made with either are made anew.

    Args:
        container: an instance of a container, running or not.
        fakes: what to put where: a provider's name, or that of a mounted container, whose
            `service` it then is; deeper ones by their path, `**{"database.settings": …}`. A fake
            is an object of the type that is wanted, or a provider. It is the test's own: it is
            neither started nor stopped.

    Raises:
        ConfigurationError: no provider has such a name; the fake is of another type; a resource
            that has started already holds what was to be overridden.
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
    for part in name.split("."):
        known = members(here) if _is_container(here) else {}
        if part not in known:
            names = ", ".join(known) or "nothing"
            raise ConfigurationError(f"There is no provider `{part}` in `{name}`: it has {names}.")
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
    """The types that a provider gives, and that those who depend on it ask for."""
    provides = getattr(provider, "provides", None)
    given = provides if inspect.isclass(provides) else _returned(provides)
    if given is not None:
        yield given
    for other in in_order(flat(container)):
        if isinstance(other, providers.Dependency) and provider in needs(other):
            yield other.instance_of


def _returned(function: Any) -> type | None:
    """The class that a function says it returns, or that its context manager gives."""
    try:
        found = typing.get_type_hints(function).get("return")
    except (TypeError, NameError):
        return None
    if typing.get_origin(found) in _WRAPPERS:
        found = typing.get_args(found)[0]
    found = typing.get_origin(found) or found
    return found if inspect.isclass(found) and found is not type(None) else None


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
    """Drop the singletons that hold a fake, or what it replaces."""
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
