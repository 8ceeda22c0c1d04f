"""A container → its picture: providers, what is injected where, resources by their start.

A dependency that was given is not drawn: the arrows begin at what it was given. Nothing is called
or opened, and the values of providers are not shown.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from typing import Any, Final

from dependency_injector import containers, providers

from prismongo.containers.graph import (
    AnyContainer,
    AnyProvider,
    flat,
    members,
    needs,
    paths,
    resources_of,
)
from prismongo.containers.kinds import arguments_of, kind_of
from prismongo.containers.validation import CALLS
from prismongo.diagram.picture import Arrow, ContainerPicture, Group, Node, Shape
from prismongo.errors import ConfigurationError
from prismongo.project import imported

_GIVEN: Final = (providers.Dependency, providers.DependenciesContainer)
_SINGLE: Final = (providers.BaseSingleton, providers.Object, providers.Configuration)

Shown = Mapping[AnyProvider, str]
"""The providers of the picture, with their paths."""


def load_container(name: str) -> containers.Container:
    """Import a container: `module:Class`, or `module:variable` of an instance.

    Raises:
        ConfigurationError: it cannot be imported, cannot be made, or is no container.
    """
    found = imported(name, "container")
    if inspect.isclass(found) and issubclass(found, containers.DeclarativeContainer):
        try:
            found = found()
        except Exception as error:
            # Whatever the application's declarations raise.
            raise ConfigurationError(
                f"The container {name} cannot be made: {type(error).__name__}: {error}"
            ) from error
    if not isinstance(found, containers.DynamicContainer):
        raise ConfigurationError(f"{name} is no container of dependency-injector.")
    return found


def container_picture(container: AnyContainer) -> ContainerPicture:
    """The picture of an instance of a container."""
    named = paths(container)
    starts: dict[AnyProvider, int] = {
        each: number for number, each in enumerate(resources_of(container), 1)
    }
    shown = {each: named[each] for each in flat(container)}
    loose = {each: f"resource-{start}" for each, start in starts.items() if each not in shown}
    given = [each for each in shown if _is_given(each)]
    for each in given:
        rest = {other: path for other, path in shown.items() if other is not each}
        if list(_sources(each, rest | loose)):
            del shown[each]
    shown |= loose
    texts = {each: _node(each, path, starts.get(each)) for each, path in shown.items()}
    return ContainerPicture(
        (*_members(container, "", texts), *(texts[each] for each in loose)),
        tuple(arrow for each in shown for arrow in _arrows(each, shown)),
    )


def _is_given(provider: AnyProvider) -> bool:
    return isinstance(provider, _GIVEN) and provider.last_overriding is not None


# --- providers ---


def _members(
    container: AnyContainer, prefix: str, nodes: Mapping[AnyProvider, Node]
) -> Iterator[Node | Group]:
    for name, provider in members(container).items():
        path = prefix + name
        if isinstance(provider, providers.Container):
            kind = getattr(provider.container, "declarative_parent", None)
            title = f"{name}: {kind.__name__}" if kind else name
            yield Group(path, title, tuple(_members(provider, f"{path}.", nodes)))
        elif provider in nodes and nodes[provider].path == path:
            yield nodes[provider]


def _node(provider: Any, path: str, start: int | None) -> Node:
    gives = _gives(provider)
    text = [path.rpartition(".")[2], f"{_word(provider)} of {gives}" if gives else _word(provider)]
    if start is not None:
        text.append(f"start {start}")
    if isinstance(provider, providers.Dependency):
        text.append(_state(provider))
    elif provider.last_overriding is not None:
        text.append(f"overridden by {_word(provider.last_overriding)}")
    return Node(path, tuple(text), _shape(provider))


def _word(provider: AnyProvider) -> str:
    """The name of dependency-injector's class: a subclass of `Resource` is a Resource."""
    own = (each for each in type(provider).__mro__ if each.__module__ == providers.__name__)
    return next(own).__name__


def _gives(provider: Any) -> str | None:
    """The class of what it gives, else the name of what it calls."""
    if kind := kind_of(provider):
        return kind.type.__name__
    return getattr(getattr(provider, "provides", None), "__qualname__", None)


def _state(dependency: providers.Dependency[Any]) -> str:
    if dependency.last_overriding is not None:
        return "given"
    return "default" if dependency.is_defined else "not given"


def _shape(provider: AnyProvider) -> Shape:
    if isinstance(provider, providers.BaseResource):
        return "resource"
    if isinstance(provider, providers.Dependency):
        return "single" if provider.is_defined else "missing"
    if isinstance(provider, providers.DependenciesContainer):
        return "missing"
    return "single" if isinstance(provider, _SINGLE) else "called"


# --- what is injected ---


def _arrows(provider: AnyProvider, shown: Shown) -> Iterator[Arrow]:
    labels: dict[AnyProvider, list[str]] = {}
    for name, argument in _arguments(provider):
        for source in _sources(argument, shown):
            labels.setdefault(source, []).append(name)
    is_open = isinstance(provider, providers.DependenciesContainer)  # it needs its own parts
    for needed in () if is_open else needs(provider):
        for source in _sources(needed, shown):
            labels.setdefault(source, [])
    for source, names in labels.items():
        label = ", ".join(name for name in dict.fromkeys(names) if name != "self")
        yield Arrow(shown[source], shown[provider], label)


def _arguments(provider: Any) -> list[tuple[str, AnyProvider]]:
    if provider.last_overriding is not None or not isinstance(provider, CALLS):
        return []
    found = arguments_of(provider.provides, provider) or list(provider.kwargs.items())
    return [(name, each) for name, each in found if isinstance(each, providers.Provider)]


def _sources(provider: AnyProvider, shown: Shown) -> Iterator[AnyProvider]:
    """The shown providers from which a value comes: this one, or those behind it."""
    seen: set[AnyProvider] = set()
    waiting = [provider]
    while waiting:
        each = waiting.pop(0)
        if each in seen:
            continue
        seen.add(each)
        if each in shown:
            yield each
        elif (parent := _parent(each)) in shown:
            yield parent
        elif isinstance(each, providers.ConfigurationOption):
            waiting.append(each._get_root())  # there is no public way to the configuration
        else:
            waiting += needs(each)


def _parent(provider: AnyProvider) -> Any:
    """The DependenciesContainer of a dependency that nothing was given."""
    if isinstance(provider, providers.Dependency) and provider.last_overriding is None:
        return provider.parent
    return None
