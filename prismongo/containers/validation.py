"""Checks a whole container before anything opens. Below lifecycle.

dependency-injector finds undefined dependencies only on request, wrong constructor arguments and
cycles only when a provider is called, and markers without a provider only when they are used.
`validate` finds them all, and each message names the provider's path.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from typing import Any

from dependency_injector import providers

from prismongo.containers.graph import (
    AnyContainer,
    AnyProvider,
    cycle_in,
    in_order,
    needs,
    paths,
    roots_of,
)
from prismongo.containers.kinds import arguments_of, hints_of, mismatch
from prismongo.containers.wiring import marker_problems
from prismongo.errors import ConfigurationError

CALLS = (providers.Factory, providers.BaseSingleton, providers.Callable, providers.BaseResource)


class ValidationError(ConfigurationError):
    """The declarations of a container are wrong.

    Attributes:
        problems: one line for each problem, with the provider's path.
    """

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__("\n  ".join(["The container cannot be started:", *problems]))


def validate(container: AnyContainer) -> None:
    """Check that every provider of a container can be resolved, without resolving or opening any.

    Raises:
        ValidationError: dependencies that are not defined or of the wrong type, cycles,
            constructor arguments that are missing, unknown or not of the annotated class, fakes
            that lack a method, markers that resolve to nothing or are not injected.
    """
    roots = roots_of(container)
    named = paths(container)
    if chain := cycle_in(roots):
        raise ValidationError([f"cycle: {_path(chain, named)}"])
    problems = [
        f"{_path(_way_to(provider, roots), named)}: {problem}"
        for provider in in_order(roots)
        for problem in (*_problems(provider), *_kind_problems(provider, named))
    ]
    problems += marker_problems(container)
    if problems:
        raise ValidationError(problems)


def _problems(provider: AnyProvider) -> Iterator[str]:
    if isinstance(provider, providers.Dependency):
        yield from _dependency_problems(provider)
    elif isinstance(provider, CALLS) and provider.last_overriding is None:
        yield from _argument_problems(provider)
    elif isinstance(provider, CALLS):
        yield from _fake_problems(provider)


def _dependency_problems(dependency: providers.Dependency[Any]) -> Iterator[str]:
    wanted = dependency.instance_of
    if not dependency.is_defined:
        yield f"undefined dependency, a {wanted.__name__} is wanted"
        return
    given = needs(dependency)[-1]
    while given.last_overriding is not None:
        given = given.last_overriding
    if isinstance(given, providers.Object) and not isinstance(given.provides, wanted):
        yield f"a {wanted.__name__} is wanted, not a {type(given.provides).__name__}"


def _kind_problems(provider: Any, named: Mapping[AnyProvider, str]) -> Iterator[str]:
    """What is given that the annotations of the constructor, or a dependency, do not want."""
    if isinstance(provider, providers.Dependency) and provider.is_defined:
        given = needs(provider)[-1]
        if not isinstance(given, providers.Object):  # whose value has been looked at
            problem = mismatch(provider.instance_of, given, named)
            yield from [problem] if problem else []
    elif isinstance(provider, CALLS) and provider.last_overriding is None:
        hints = hints_of(provider.provides)
        owner = getattr(provider.provides, "__qualname__", repr(provider.provides))
        for parameter, given in arguments_of(provider.provides, provider):
            if problem := mismatch(hints.get(parameter, Any), given, named):
                yield f"`{parameter}` of {owner}: {problem}"


def _fake_problems(overridden: Any) -> Iterator[str]:
    """Methods of a class that the fake which overrides it does not have."""
    original, fake = overridden.provides, _fake(overridden.last_overriding)
    kind = fake if inspect.isclass(fake) else type(fake)
    if not inspect.isclass(original) or fake is None or issubclass(kind, original):
        return
    offered = [name for name in dir(original) if not name.startswith("_")]
    if lacking := [name for name in offered if not hasattr(fake, name)]:
        names = ", ".join(lacking)
        yield f"{kind.__name__} takes the place of a {original.__name__} and lacks {names}"


def _fake(overriding: AnyProvider) -> Any:
    """The value that a provider returns, or its class; None if that is not known."""
    match overriding:
        case providers.Object():
            return overriding.provides
        case providers.Factory() | providers.BaseSingleton() if inspect.isclass(
            overriding.provides
        ):
            return overriding.provides
        case _:
            return None


def _argument_problems(provider: Any) -> Iterator[str]:
    """The problems of calling `provides` with the injected arguments."""
    try:
        signature = inspect.signature(provider.provides)
    except (TypeError, ValueError):
        return  # Not callable, or a builtin without a signature.
    parameters = list(signature.parameters.values())
    name = getattr(provider.provides, "__qualname__", repr(provider.provides))
    yield from _unknown(name, parameters, provider.args, provider.kwargs)
    yield from _missing(name, parameters, provider.args, provider.kwargs)


def _unknown(
    name: str,
    parameters: list[inspect.Parameter],
    positional: tuple[Any, ...],
    named: Mapping[str, Any],
) -> Iterator[str]:
    kinds = {parameter.kind for parameter in parameters}
    places = [parameter for parameter in parameters if parameter.kind in POSITIONAL]
    if len(positional) > len(places) and inspect.Parameter.VAR_POSITIONAL not in kinds:
        yield f"{name} takes {len(places)} positional arguments, not {len(positional)}"
    if inspect.Parameter.VAR_KEYWORD in kinds:
        return
    known = {parameter.name for parameter in parameters if parameter.kind in BY_NAME}
    for argument in named:
        if argument not in known:
            yield f"{name} has no parameter `{argument}`"
    for parameter in places[: len(positional)]:
        if parameter.name in named:
            yield f"{name} is given `{parameter.name}` twice"


def _missing(
    name: str,
    parameters: list[inspect.Parameter],
    positional: tuple[Any, ...],
    named: Mapping[str, Any],
) -> Iterator[str]:
    places = [parameter for parameter in parameters if parameter.kind in POSITIONAL]
    filled = {parameter.name for parameter in places[: len(positional)]} | set(named)
    for parameter in parameters:
        optional = parameter.default is not inspect.Parameter.empty
        if parameter.kind in VARIADIC or optional or parameter.name in filled:
            continue
        yield f"{name} misses its parameter `{parameter.name}`"


POSITIONAL = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
BY_NAME = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
VARIADIC = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)


def _way_to(target: AnyProvider, roots: list[AnyProvider]) -> list[AnyProvider]:
    """The shortest way from a declared provider to `target`, both included."""
    ways = [[root] for root in roots]
    seen = set(roots)
    for way in ways:
        if way[-1] is target:
            return way
        for needed in needs(way[-1]):
            if needed not in seen:
                seen.add(needed)
                ways.append([*way, needed])
    return [target]


def _path(chain: list[AnyProvider], named: Mapping[AnyProvider, str]) -> str:
    return " -> ".join(named.get(provider, type(provider).__name__) for provider in chain)
