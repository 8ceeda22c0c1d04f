"""What every container here is made of: a strictly typed base, and how one mounts another.

dependency-injector types every attribute of a container as some provider, so that a misspelt name
passes the type checker. `Container` takes that back, and `mount` gives a nested container its own
type: `container.users.service()` is known to be a `UserService`.

Two more of its ways are put right: resetting overrides also undid what a container was given, and
overriding one container by another ignored names that the first does not have.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self, TypeVar, cast

from dependency_injector import containers, providers

ContainerT = TypeVar("ContainerT", bound=containers.DeclarativeContainer)


class ContainerInstance(containers.DynamicContainer):
    """What a container class gives when it is called."""

    def __init__(self) -> None:
        super().__init__()
        self.given: dict[str, Any] = {}

    def override(self, overriding: containers.Container | type[containers.Container]) -> None:
        """Override the providers of the same names.

        Raises:
            AttributeError: this container has no provider of such a name.
        """
        for name in overriding.providers:
            if name not in self.providers:
                raise AttributeError(f"There is no provider {name} to override.")
        super().override(overriding)

    def reset_override(self) -> None:
        """Undo all overrides; what the container was given stays."""
        super().reset_override()
        self.override_providers(**self.given)
        self.apply_container_providers_overridings()


class Container(containers.DeclarativeContainer):
    """A declarative container whose attributes are those it declares."""

    instance_type = ContainerInstance

    if TYPE_CHECKING:
        # Not a method any more: the type checker then reports names that are not declared.
        __getattr__: None  # type: ignore[misc, assignment]  # on purpose
    else:

        def __new__(cls, **given: Any) -> Self:  # noqa: D102  the class says it
            instance = super().__new__(cls, **given)
            instance.given = given
            return instance


class Mounted(providers.Container[ContainerT]):
    """A container within another."""

    def reset_override(self) -> None:
        """Undo all overrides; what the container was given stays."""
        super().reset_override()
        self.apply_overridings()


def mount(container: type[ContainerT], **given: Any) -> ContainerT:
    """A nested container, its dependencies bound; typed as itself.

    Args:
        container: the class to mount.
        given: providers, or plain values, for the container's own provider names.

    Raises:
        AttributeError: the container has no provider of such a name.
    """
    return cast(ContainerT, Mounted(container, **given))
