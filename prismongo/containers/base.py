"""Container, the typed base class of containers, and `mount`, which nests one in another.

For type checkers every attribute of a dependency-injector container is a provider, so a misspelt
name is not reported. With `Container` it is, and `mount` gives a nested container its own type:
`container.users.service()` is a `UserService`.

Two behaviours of dependency-injector are corrected: `reset_override` removed also what a container
was given, and overriding a container by another ignored names that the first does not have.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self, TypeVar, cast

from dependency_injector import containers, providers

from prismongo.errors import did_you_mean

ContainerT = TypeVar("ContainerT", bound=containers.DeclarativeContainer)


class ContainerInstance(containers.DynamicContainer):
    """An instance of a container class."""

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
        """Remove all overrides; keep what the container was given."""
        super().reset_override()
        self.override_providers(**self.given)
        self.apply_container_providers_overridings()


class Container(containers.DeclarativeContainer):
    """A declarative container; type checkers report attributes that it does not declare."""

    instance_type = ContainerInstance

    if TYPE_CHECKING:
        # No longer a method, so type checkers report names that are not declared.
        __getattr__: None  # type: ignore[misc, assignment]  # on purpose
    else:

        def __new__(cls, **given: Any) -> Self:  # noqa: D102  the class says it
            instance = super().__new__(cls, **given)
            instance.given = given
            return instance


class Mounted(providers.Container[ContainerT]):
    """A container within another."""

    def reset_override(self) -> None:
        """Remove all overrides; keep what the container was given."""
        super().reset_override()
        self.apply_overridings()


def mount(container: type[ContainerT], **given: Any) -> ContainerT:
    """A nested container with its dependencies bound; its type is the class that is mounted.

    Args:
        container: the class to mount.
        given: providers, or plain values, for the container's own provider names.

    Raises:
        AttributeError: the container has no provider of such a name.
    """
    for name in given:
        if name not in container.providers:
            meant = did_you_mean(name, container.providers)
            raise AttributeError(f"{container.__name__} has no provider `{name}`.{meant}")
    return cast(ContainerT, Mounted(container, **given))
