"""Containers under Starlette or FastAPI: start and stop, errors, health. Above lifecycle.

    app = FastAPI(lifespan=lifespan(container))
    answer_errors(app)
    app.add_route("/health", health(ApplicationContainer.database.service))

    Users = Annotated[UserService, Depends(provided(ApplicationContainer.users.service))]

`containers` does not import this: whoever does has Starlette, which comes with FastAPI.
"""

# Annotations stay values here: FastAPI reads those of the callables that it is given.

import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Generic, TypeVar

from dependency_injector import providers, wiring
from prisma.errors import PrismaError
from starlette.applications import Starlette
from starlette.requests import HTTPConnection, Request
from starlette.responses import JSONResponse

from prismongo.containers.graph import AnyContainer, containers_in
from prismongo.containers.lifecycle import running
from prismongo.containers.validation import ValidationError
from prismongo.containers.wiring import endpoints, function_problems
from prismongo.errors import NotStartedError, http_status
from prismongo.health import Health, down
from prismongo.service import Service

T = TypeVar("T")
ServiceT = TypeVar("ServiceT", bound=Service)

Statuses = Mapping[str | type[Exception], int]
"""Code of an error, or its class → HTTP status."""

logger = logging.getLogger(__name__)


def lifespan(
    container: AnyContainer,
) -> Callable[[Starlette], AbstractAsyncContextManager[Mapping[str, Any]]]:
    """The lifespan of an application: the container starts before it serves, and stops after.

    Before anything opens, the endpoints are looked at, too: markers that are not injected, and
    `provided` of what the container does not have, stop the start.

    Raises, where the application starts: as `containers.running` does.
    """

    @asynccontextmanager
    async def run(app: Starlette) -> AsyncIterator[Mapping[str, Any]]:
        served = Served(container)
        _validate_endpoints(app, served)
        setattr(app.state, STATE, served)
        async with running(container):
            yield {STATE: served}  # for applications that are mounted in this one

    return run


STATE = "served_container"


class Served:
    """A container behind an application, and its providers by the attributes of its class."""

    def __init__(self, container: AnyContainer) -> None:
        self.container = container
        self._providers = wiring.ProvidersMap(next(containers_in(container)))

    def resolve(self, provider: providers.Provider[T]) -> providers.Provider[T]:
        """The provider of this container that an attribute of its class stands for.

        Raises:
            ValidationError: the container has none such.
        """
        found: providers.Provider[T] | None = self._providers.resolve_provider(provider)
        if found is None:
            raise ValidationError(
                [f"the container that is served has no such provider: {provider}"]
            )
        return found


def served_to(connection: HTTPConnection) -> Served:
    """The container of the application that a request came to.

    Raises:
        NotStartedError: the application was not started with `lifespan`.
    """
    state = connection.scope.get("state", {})
    served = state.get(STATE) or getattr(connection.app.state, STATE, None)
    if not isinstance(served, Served):
        raise NotStartedError("not started: use FastAPI(lifespan=lifespan(container))")
    return served


@dataclass(frozen=True)
class Provided(Generic[T]):
    """A dependency of FastAPI's: what a provider gives in the container of the application."""

    provider: providers.Provider[T]

    async def __call__(self, connection: HTTPConnection) -> T:
        """The value; async, so that it costs no thread."""
        return served_to(connection).resolve(self.provider)()


@dataclass(frozen=True)
class InTransaction(Generic[ServiceT]):
    """A dependency of FastAPI's: a transaction as long as the endpoint runs."""

    provider: providers.Provider[ServiceT]

    async def __call__(self, connection: HTTPConnection) -> AsyncIterator[ServiceT]:
        """The client of the transaction: rolled back where the endpoint raises."""
        async with served_to(connection).resolve(self.provider)().tx() as tx:
            yield tx


def provided(provider: providers.Provider[T]) -> Provided[T]:
    """A dependency that gives each request what `provider` gives, in its application's container.

    `Depends(provided(ApplicationContainer.users.service))`: it needs no wiring, so that two
    applications in one process each have their own, and follows overrides of the container.

    Args:
        provider: an attribute of the container's class.
    """
    return Provided(provider)


def in_transaction(provider: providers.Provider[ServiceT]) -> InTransaction[ServiceT]:
    """A dependency that gives the endpoint a transaction: committed where it returns.

    Use `Depends(in_transaction(…), scope="function")`: it must have been committed before the
    answer goes out. It does not start again after a write conflict (P2034), as
    `Service.transaction` does.

    Args:
        provider: the database, as an attribute of the container's class.
    """
    return InTransaction(provider)


def answer_errors(app: Starlette, statuses: Statuses | None = None) -> None:
    """Answer the errors of the database, and the application's own, by `{"detail", "code"}`.

    Args:
        app: the application.
        statuses: what shall differ from `prismongo.errors.HTTP_STATUS`, by code, and the statuses
            of the application's own errors, by class: `{"P2002": 422, NotAllowedError: 403}`.
    """

    async def answer(request: Request, error: Exception) -> JSONResponse:
        status = status_of(error, statuses or {})
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            logger.error("%s %s failed", request.method, request.url.path, exc_info=error)
        return JSONResponse(_body(error, status), status)

    for kind in (PrismaError, *(statuses or {})):
        if isinstance(kind, str):  # a code: PrismaError has it
            continue
        app.add_exception_handler(kind, answer)


def status_of(error: BaseException, statuses: Statuses) -> int:
    """The HTTP status of an error: what `statuses` says, else its code's."""
    keys: list[Any] = [getattr(error, "code", None), *type(error).__mro__]
    for key in keys:
        if key in statuses:
            return statuses[key]
    return http_status(error)


def health(
    provider: providers.Provider[ServiceT],
) -> Callable[[Request], Awaitable[JSONResponse]]:
    """An endpoint that says how the database is: 200 where it is up, else 503, in bounded time.

    It says nothing of where the server is: anybody may ask. `app.add_route("/health", …)`.

    Args:
        provider: the database, as an attribute of the container's class.
    """

    async def answer(request: Request) -> JSONResponse:
        found = await _health(served_to(request).resolve(provider))
        told = ("status", "latency_ms", "topology", "client", "error")
        status = HTTPStatus.OK if found.is_up else HTTPStatus.SERVICE_UNAVAILABLE
        return JSONResponse({name: getattr(found, name) for name in told}, status)

    return answer


async def _health(provider: providers.Provider[ServiceT]) -> Health:
    try:
        return await provider().health()
    except PrismaError as error:  # not started
        return down(error)


def _body(error: Exception, status: int) -> dict[str, Any]:
    # What is not the caller's doing is for the log alone.
    told = status < HTTPStatus.INTERNAL_SERVER_ERROR
    detail = str(error) if told else HTTPStatus(status).phrase
    return {"detail": detail, "code": getattr(error, "code", None)}


def _validate_endpoints(app: Starlette, served: Served) -> None:
    called = list(endpoints(app.routes))
    for each in called:
        if isinstance(each, Provided | InTransaction):
            served.resolve(each.provider)
    if problems := list(function_problems(called, served.container)):
        raise ValidationError(problems)
