"""The script of a fake: what was asked of it, and what shall go otherwise than it would.

Beneath the fake's engine, which plays it before each action and at each end of a transaction.
"""

from __future__ import annotations

import asyncio
import difflib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

from prisma.errors import DataError

from prismongo.engine.structured import ACTIONS, copied
from prismongo.errors import CLASS_BY_CODE, ConfigurationError, data_error
from prismongo.query.nodes.requests import Request
from prismongo.schema.datamodel import Datamodel

BEGIN: Final = "begin"
COMMIT: Final = "commit"
WORDS: Final = "Failed on purpose, by the fake."

_METHODS: Final[Mapping[str, str]] = {
    **{action: method for method, action in ACTIONS.items()},
    "findRaw": "find_raw",
    "aggregateRaw": "aggregate_raw",
    "runCommandRaw": "run_command_raw",
}

Failure = BaseException | type[BaseException] | str


@dataclass(frozen=True)
class Call:
    """One action that was asked for.

    Attributes:
        model: as an attribute of the client: `message`; "" for `run_command_raw`.
        action: the client's method: `create`.
        arguments: what was given, as it was then; what was left out, or None, is not there.
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
    """A request that knows how the generated action was called."""

    call: Call = field(default_factory=lambda: Call("", ""))


def call_of(request: Request) -> Call:
    """The call that a request comes from; the text door has none but the request itself."""
    if isinstance(request, RecordedRequest):
        return request.call
    model = (request.model or "").lower()
    return Call(model, _METHODS[request.action], copied(dict(request.arguments)))


@dataclass
class _Cue:
    """Something that is to happen when a name comes up, for so many times."""

    name: str
    happens: Callable[[Call], Any]
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
class Answer:
    """What a stub answers in an action's place."""

    value: Any


class Script:
    """Calls, failures, delays and stubs of one fake."""

    def __init__(self, datamodel: Callable[[], Datamodel]) -> None:
        self._datamodel = datamodel
        self.calls: list[Call] = []
        self._failures: list[_Cue] = []
        self._delays: list[_Cue] = []
        self._stubs: list[_Cue] = []

    def fail(self, name: str, failure: Failure, times: int | None) -> None:
        """Raise at this name; the oldest failure that is left comes first."""
        error = _error(failure)
        self._failures.append(_Cue(self._known(name), lambda _: error(), times))

    def delay(self, name: str, duration: timedelta | float, times: int | None) -> None:
        """Wait before this name."""
        seconds = duration.total_seconds() if isinstance(duration, timedelta) else duration
        self._delays.append(_Cue(self._known(name), lambda _: seconds, times))

    def stub(self, name: str, answer: Any, times: int | None) -> None:
        """Answer this name without looking at what is stored; the youngest stub counts."""
        if name in (BEGIN, COMMIT):
            raise ConfigurationError(f"`{name}` answers nothing: there is nothing to stub.")
        answers = answer if callable(answer) else lambda _: answer
        self._stubs.insert(0, _Cue(self._known(name), answers, times))

    def clear(self) -> None:
        """Forget the calls, and everything that was to happen."""
        self.calls.clear()
        for cues in (self._failures, self._delays, self._stubs):
            cues.clear()

    async def play(self, call: Call) -> Answer | None:
        """What happens at a call; None where it is carried out.

        Raises:
            BaseException: what `fail` was given.
        """
        if call.action not in (BEGIN, COMMIT):
            self.calls.append(call)
        for cue in filter(lambda cue: cue.is_for(call), self._delays):
            cue.use()
            await asyncio.sleep(cue.happens(call))
        for cue in filter(lambda cue: cue.is_for(call), self._failures):
            cue.use()
            raise cue.happens(call)
        for cue in filter(lambda cue: cue.is_for(call), self._stubs):
            cue.use()
            return Answer(_as_answered(call, cue.happens(call)))
        return None

    def _known(self, name: str) -> str:
        """The name, where it is one.

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
        _check(name, action if dot else name, [*_METHODS.values(), "*"])
        return name


def _check(name: str, part: str, known: Iterable[str]) -> None:
    known = list(known)
    if part in known:
        return
    close = difflib.get_close_matches(part, known, n=1)
    meant = f" Did you mean `{close[0]}`?" if close else ""
    raise ConfigurationError(
        f"There is no `{part}` in `{name}`: a name is `message.create`, the model as an attribute "
        f"of the client and its action (`*` for any), or `{BEGIN}`, `{COMMIT}`.{meant}"
    )


def _error(failure: Failure) -> Callable[[], BaseException]:
    """What to raise: an exception, one of a class, or Prisma's for a code."""
    if isinstance(failure, BaseException):
        return lambda: failure
    codes = {kind: code for code, kind in CLASS_BY_CODE.items()}
    if isinstance(failure, str):
        return lambda: data_error(failure, f"{failure}: {WORDS}")
    if issubclass(failure, DataError):
        code = codes.get(failure, "P2035")
        return lambda: data_error(code, f"{code}: {WORDS}", kind=failure)
    return failure


def _as_answered(call: Call, value: Any) -> Any:
    """A stub's value in the form that the generated action takes apart."""
    if call.action == "count":
        return {"_count": {"_all": value} if isinstance(value, int) else value}
    if call.action in ("create_many", "update_many", "delete_many"):
        return {"count": value}
    return value
