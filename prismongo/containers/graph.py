"""The graph of providers as it would resolve now, in a fixed order: beneath resource and lifecycle.

dependency-injector walks its providers as sets, so that independent ones come in another order in
each process, and it walks an overridden provider's own dependencies too. Here declaration order
decides, an override replaces what it overrides, and every provider has a path to be named by.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from dependency_injector import containers, providers

AnyProvider = providers.Provider[Any]
AnyContainer = containers.Container | AnyProvider


class Asynchronous(providers.Resource[None]):
    """Stands beside each of our resources, so that a container's own shutdown is awaitable.

    dependency-injector awaits shutdown only where some resource is in its asynchronous mode, and
    awaits what such a resource gives where it is injected: a plain value would be a TypeError.
    """

    def __init__(self) -> None:
        super().__init__()
        self.enable_async_mode()

    def init(self) -> None:
        """Nothing: it only stands there."""


def members(container: AnyContainer) -> dict[str, AnyProvider]:
    """The providers of a container, or of the provider that mounts one, in declaration order."""
    return container.providers  # type: ignore[union-attr]  # a provider of a container passes names on


def needs(provider: AnyProvider) -> list[AnyProvider]:
    """The providers that resolving this one calls, in the order they are written."""
    if isinstance(provider, providers.Container):
        return list(members(provider).values())
    if isinstance(provider, providers.Configuration | providers.Self):
        return []
    if provider.last_overriding is not None:
        return [provider.last_overriding]
    return [needed for needed in provider.related if not isinstance(needed, Asynchronous)]


def in_order(roots: Iterable[AnyProvider]) -> list[AnyProvider]:
    """All providers behind `roots`, and they themselves, each after what it needs.

    A cycle, which `cycle_in` finds, is entered once.
    """
    seen: dict[AnyProvider, None] = {}
    done: list[AnyProvider] = []
    for root in roots:
        _visit(root, seen, done)
    return done


def _visit(provider: AnyProvider, seen: dict[AnyProvider, None], done: list[AnyProvider]) -> None:
    if provider in seen:
        return
    seen[provider] = None
    for needed in needs(provider):
        _visit(needed, seen, done)
    done.append(provider)


def cycle_in(roots: Iterable[AnyProvider]) -> list[AnyProvider]:
    """The first providers found that need each other, from one round to itself; or nothing."""
    harmless: set[AnyProvider] = set()
    for root in roots:
        if chain := _cycle_from(root, [], harmless):
            return chain
    return []


def _cycle_from(
    provider: AnyProvider, path: list[AnyProvider], harmless: set[AnyProvider]
) -> list[AnyProvider]:
    if provider in harmless:
        return []
    if provider in path:
        return [*path[path.index(provider) :], provider]
    for needed in needs(provider):
        if chain := _cycle_from(needed, [*path, provider], harmless):
            return chain
    harmless.add(provider)
    return []


def roots_of(container: AnyContainer) -> list[AnyProvider]:
    """The providers that a container declares, but those that are there for an overridden one."""
    declared = flat(container)
    replaced = [origin for provider in declared for origin in _replaced(provider)]
    idle = set(in_order(replaced))
    return [provider for provider in declared if provider not in idle]


def _replaced(provider: AnyProvider) -> list[AnyProvider]:
    """What a provider would need if it were not overridden; being given something is not that."""
    overriding: tuple[AnyProvider, ...] = provider.overridden
    if isinstance(provider, providers.Dependency | providers.DependenciesContainer):
        return [earlier for earlier in overriding if earlier is not provider.last_overriding]
    if not overriding or isinstance(provider, providers.Configuration):
        return []
    return [needed for needed in provider.related if needed not in overriding]


def resources_of(container: AnyContainer) -> list[providers.BaseResource[Any]]:
    """Every resource that a container uses, each after those it needs; overridden ones not."""
    return list(_resources(in_order(roots_of(container))))


def resources_behind(provider: AnyProvider) -> list[providers.BaseResource[Any]]:
    """The resources that `provider` needs, each after those it needs itself."""
    return list(_resources(in_order(needs(provider))))


def flat(container: AnyContainer) -> list[AnyProvider]:
    """The providers declared in a container and in those it mounts: not what it is given."""
    declared: list[AnyProvider] = []
    for provider in members(container).values():
        mounted = isinstance(provider, providers.Container)
        declared += flat(provider) if mounted else [provider]
    return declared


def containers_in(container: AnyContainer) -> Iterator[Any]:
    """The container itself, and all that are mounted in it; not what provides them."""
    yield container.container if isinstance(container, providers.Container) else container
    for provider in members(container).values():
        if isinstance(provider, providers.Container):
            yield from containers_in(provider)


def paths(container: AnyContainer, prefix: str = "") -> dict[AnyProvider, str]:
    """Every declared provider's dotted path, `users.service`."""
    named: dict[AnyProvider, str] = {}
    for name, provider in members(container).items():
        named.setdefault(provider, prefix + name)
        if isinstance(provider, providers.Container):
            for inner, path in paths(provider, f"{prefix}{name}.").items():
                named.setdefault(inner, path)
    return named


def _resources(ordered: Iterable[AnyProvider]) -> Iterator[providers.BaseResource[Any]]:
    for provider in ordered:
        if isinstance(provider, providers.BaseResource) and provider.last_overriding is None:
            yield provider
