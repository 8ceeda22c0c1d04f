"""The graph of a container's providers, in a fixed order. Below resource and lifecycle.

dependency-injector traverses its providers as sets, so the order of independent providers differs
between processes, and it also traverses the dependencies of overridden providers. Here the order
is that of declaration, an override replaces what it overrides, and every provider has a path.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from dependency_injector import containers, providers

AnyProvider = providers.Provider[Any]
AnyContainer = containers.Container | AnyProvider


class AsyncMarker(providers.Resource[None]):
    """A second resource beside each PlainResource, in dependency-injector's asynchronous mode.

    dependency-injector awaits the shutdown of a container only if one of its resources is in this
    mode. PlainResource itself cannot be: its value would be awaited wherever it is injected.
    """

    def __init__(self) -> None:
        super().__init__()
        self.enable_async_mode()

    def init(self) -> None:
        """Does nothing."""


def members(container: AnyContainer) -> dict[str, AnyProvider]:
    """The providers of a container, or of a provider that mounts one, in declaration order."""
    return container.providers  # type: ignore[union-attr]  # a provider of a container passes names on


def needs(provider: AnyProvider) -> list[AnyProvider]:
    """The providers that resolving this one calls, in the order in which they are written."""
    if isinstance(provider, providers.Container):
        return list(members(provider).values())
    if isinstance(provider, providers.Configuration | providers.Self):
        return []
    if provider.last_overriding is not None:
        return [provider.last_overriding]
    return [needed for needed in provider.related if not isinstance(needed, AsyncMarker)]


def in_order(roots: Iterable[AnyProvider]) -> list[AnyProvider]:
    """`roots` and all providers that they need, each after those that it needs.

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
    """The first cycle that is found, with its first provider also at the end; or an empty list."""
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
    """The providers that a container declares, without those that only an overridden one needs."""
    declared = flat(container)
    replaced = [origin for provider in declared for origin in _replaced(provider)]
    idle = set(in_order(replaced))
    return [provider for provider in declared if provider not in idle]


def _replaced(provider: AnyProvider) -> list[AnyProvider]:
    """What a provider would need if it were not overridden. A bound dependency is no override."""
    overriding: tuple[AnyProvider, ...] = provider.overridden
    if isinstance(provider, providers.Dependency | providers.DependenciesContainer):
        return [earlier for earlier in overriding if earlier is not provider.last_overriding]
    if not overriding or isinstance(provider, providers.Configuration):
        return []
    return [needed for needed in provider.related if needed not in overriding]


def resources_of(container: AnyContainer) -> list[providers.BaseResource[Any]]:
    """Every resource that a container uses, each after those it needs; without overridden ones."""
    return list(_resources(in_order(roots_of(container))))


def resources_behind(provider: AnyProvider) -> list[providers.BaseResource[Any]]:
    """The resources that `provider` needs, each after those it needs itself."""
    return list(_resources(in_order(needs(provider))))


def flat(container: AnyContainer) -> list[AnyProvider]:
    """The providers declared in a container and in those it mounts, without what it was given."""
    declared: list[AnyProvider] = []
    for provider in members(container).values():
        mounted = isinstance(provider, providers.Container)
        declared += flat(provider) if mounted else [provider]
    return declared


def containers_in(container: AnyContainer) -> Iterator[Any]:
    """The container itself and all that are mounted in it: instances, not their providers."""
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
