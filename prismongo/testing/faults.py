"""Fault injection of a fake: recorded calls, failures, delays and stubs. Below the fake's engine.

The engine applies them before each action, and at the begin and commit of each transaction.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

from prismongo.engine.structured import ACTIONS, METHODS, copied
from prismongo.errors import ConfigurationError, did_you_mean
from prismongo.query.nodes.requests import Request
from prismongo.schema.datamodel import Datamodel, Model
from prismongo.testing.failures import Failure, raised

BEGIN: Final = "begin"
COMMIT: Final = "commit"

_NAMES: Final = tuple(dict.fromkeys([*ACTIONS, *METHODS.values()]))


@dataclass(frozen=True)
class Call:
    """One call of an action.

    Attributes:
        model: as an attribute of the client: `message`; "" for `run_command_raw`.
        action: the client's method: `create`.
        arguments: a copy of the arguments, without those that are None or left out.
    """

    model: str
    action: str
    arguments: Mapping[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """`message.create`."""
        return f"{self.model}.{self.action}"


@dataclass(frozen=True)
class RecordedRequest(Request):
    """A request with the call of the generated action that made it."""

    call: Call = field(default_factory=lambda: Call("", ""))


def call_of(request: Request) -> Call:
    """The call that made a request. A GraphQL request has none, so it is made from the request."""
    if isinstance(request, RecordedRequest):
        return request.call
    model = (request.model or "").lower()
    return Call(model, METHODS[request.action], copied(dict(request.arguments)))


@dataclass
class _Rule:
    """What happens at calls with a matching name, for a number of times."""

    name: str
    result: Callable[[Call], Any]
    left: int | None

    def is_for(self, call: Call) -> bool:
        if self.left == 0:
            return False
        if call.action in (BEGIN, COMMIT):
            return self.name == call.action
        model, _, action = self.name.partition(".")
        return model in ("*", call.model) and action in ("*", call.action)

    def use(self) -> None:
        if self.left is not None:
            self.left -= 1


@dataclass
class StubbedAnswer:
    """The answer of a stub."""

    value: Any


class Faults:
    """Calls, failures, delays and stubs of one fake."""

    def __init__(self, datamodel: Callable[[], Datamodel]) -> None:
        self._datamodel = datamodel
        self.calls: list[Call] = []
        self._failures: list[_Rule] = []
        self._delays: list[_Rule] = []
        self._stubs: list[_Rule] = []

    def fail(self, name: str, failure: Failure, times: int | None) -> None:
        """Raise an error at this name; of several the oldest comes first."""
        error = raised(failure)
        rule = _Rule(self._known(name), lambda call: error(self._model(call)), times)
        self._failures.append(rule)

    def delay(self, name: str, duration: timedelta | float, times: int | None) -> None:
        """Wait before this name."""
        seconds = duration.total_seconds() if isinstance(duration, timedelta) else duration
        self._delays.append(_Rule(self._known(name), lambda _: seconds, times))

    def stub(self, name: str, answer: Any, times: int | None) -> None:
        """Set the answer for this name; of several stubs the newest applies."""
        if name in (BEGIN, COMMIT):
            raise ConfigurationError(f"`{name}` answers nothing: there is nothing to stub.")
        answers = answer if callable(answer) else lambda _: answer
        self._stubs.insert(0, _Rule(self._known(name), answers, times))

    def clear(self) -> None:
        """Delete the calls, failures, delays and stubs."""
        self.calls.clear()
        for rules in (self._failures, self._delays, self._stubs):
            rules.clear()

    async def apply(self, call: Call) -> StubbedAnswer | None:
        """Apply the rules to a call. Returns a stubbed answer; None if the call is to be executed.

        Raises:
            BaseException: the error that `fail` set.
        """
        if call.action not in (BEGIN, COMMIT):
            self.calls.append(call)
        for rule in filter(lambda rule: rule.is_for(call), self._delays):
            rule.use()
            await asyncio.sleep(rule.result(call))
        for rule in filter(lambda rule: rule.is_for(call), self._failures):
            rule.use()
            raise rule.result(call)
        for rule in filter(lambda rule: rule.is_for(call), self._stubs):
            rule.use()
            return StubbedAnswer(_wire_form(call, rule.result(call)))
        return None

    def _model(self, call: Call) -> Model | None:
        models = self._datamodel().models
        return next((model for model in models if model.name.lower() == call.model), None)

    def _known(self, name: str) -> str:
        """The name, after a check that it exists.

        Raises:
            ConfigurationError: there is no such action.
        """
        if name in (BEGIN, COMMIT):
            return name
        if name == "*":
            return "*.*"
        models = [model.name.lower() for model in self._datamodel().models]
        model, dot, action = name.partition(".")
        _check(name, model, [*models, "*"])
        _check(name, action if dot else name, [*_NAMES, "*"])
        return name


def _check(name: str, part: str, known: Iterable[str]) -> None:
    known = list(known)
    if part in known:
        return
    meant = did_you_mean(part, known)
    raise ConfigurationError(
        f"There is no `{part}` in `{name}`: a name is `message.create`, the model as an attribute "
        f"of the client and its action (`*` for any), or `{BEGIN}`, `{COMMIT}`.{meant}"
    )


def _wire_form(call: Call, value: Any) -> Any:
    """A stub's value in the form that the generated action expects.

    Raises:
        ConfigurationError: the action answers a number.
    """
    counts = call.action in ("create_many", "update_many", "delete_many")
    if not (counts or call.action == "count"):
        return value
    if isinstance(value, int):
        return {"count": value} if counts else {"_count": {"_all": value}}
    if isinstance(value, Mapping) and not counts:  # of a count with `select`
        return {"_count": value}
    kind = type(value).__name__
    raise ConfigurationError(f"The stub of `{call.name}` is of type {kind}: it answers a number.")
