"""What every container here is made of: a strictly typed base, and how one mounts another.

dependency-injector types every attribute of a container as some provider, so that a misspelt name
passes the type checker. `Container` takes that back, and `mount` gives a nested container its own
type: `container.users.service()` is known to be a `UserService`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, cast

from dependency_injector import containers, providers

ContainerT = TypeVar("ContainerT", bound=containers.DeclarativeContainer)


class Container(containers.DeclarativeContainer):
    """A declarative container whose attributes are those it declares."""

    if TYPE_CHECKING:
        # Not a method any more: the type checker then reports names that are not declared.
        __getattr__: None  # type: ignore[misc, assignment]


def mount(container: type[ContainerT], **dependencies: Any) -> ContainerT:
    """A nested container, its dependencies bound; a `providers.Container` that is typed as itself.

    Args:
        container: the class to mount.
        dependencies: providers, or plain values, for the container's own provider names.

    Raises:
        AttributeError: the container has no provider of such a name.
    """
    return cast(ContainerT, providers.Container(container, **dependencies))
