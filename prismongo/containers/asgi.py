"""Containers under Starlette or FastAPI: start and stop, errors, health. Above lifecycle.

    app = FastAPI(lifespan=lifespan(container))
    answer_errors(app)
    app.add_route("/health", health(ApplicationContainer.database.service))
    app.add_middleware(AtomicRequests, database=ApplicationContainer.database.service)

    Users = Annotated[UserService, Depends(provided(ApplicationContainer.users.service))]

No other module imports this one: it needs Starlette, which FastAPI installs.
"""

# No `from __future__ import annotations`: FastAPI reads the annotations of these callables.

import sys
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
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from prismongo.client.ambient import entered, joined
from prismongo.client.durations import Duration, as_limit
from prismongo.client.transactions import TX_MAX_WAIT, TX_TIMEOUT, TransactionManager
from prismongo.containers.error_responses import Statuses, answer_errors, respond
from prismongo.containers.graph import AnyContainer, containers_in
from prismongo.containers.lifecycle import running
from prismongo.containers.responses import HeldResponse
from prismongo.containers.validation import ValidationError
from prismongo.containers.wiring import endpoints, function_problems
from prismongo.errors import NotStartedError
from prismongo.health import Health, down
from prismongo.query.errors.input import unsupported
from prismongo.service import Service

__all__ = [
    "AtomicRequests",
    "Served",
    "Statuses",
    "answer_errors",
    "health",
    "in_transaction",
    "lifespan",
    "provided",
    "served_to",
]

T = TypeVar("T")
ServiceT = TypeVar("ServiceT", bound=Service)


def lifespan(
    container: AnyContainer,
) -> Callable[[Starlette], AbstractAsyncContextManager[Mapping[str, Any]]]:
    """The lifespan of an application: starts the container before it serves, stops it after.

    The endpoints are checked before anything opens: markers that are not injected, and `provided`
    with a provider that the container does not have, stop the start.

    The start of the application raises what `prismongo.containers.running` raises.
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
    """The container of an application; finds its providers by the attributes of its class."""

    def __init__(self, container: AnyContainer) -> None:
        self.container = container
        self._providers = wiring.ProvidersMap(next(containers_in(container)))

    def resolve(self, provider: providers.Provider[T]) -> providers.Provider[T]:
        """The provider of this container for an attribute of its class.

        Raises:
            ValidationError: the container has no such provider.
        """
        found: providers.Provider[T] | None = self._providers.resolve_provider(provider)
        if found is None:
            raise ValidationError(
                [f"the container that is served has no such provider: {provider}"]
            )
        return found


def served_to(connection: HTTPConnection) -> Served:
    """The container of the application that received a request.

    Raises:
        NotStartedError: the application was not started with `lifespan`.
    """
    state = connection.scope.get("state", {})
    served = state.get(STATE) or getattr(connection.app.state, STATE, None)
    if not isinstance(served, Served):
        raise NotStartedError(
            "not started: the application's lifespan did not run. Use FastAPI(lifespan="
            "lifespan(container)), and in a test `async with lifespan(container)(app):`"
        )
    return served


@dataclass(frozen=True)
class Provided(Generic[T]):
    """A FastAPI dependency: the value of a provider in the container of the application."""

    provider: providers.Provider[T]

    async def __call__(self, connection: HTTPConnection) -> T:
        """The value; async, so that FastAPI needs no thread for it."""
        return served_to(connection).resolve(self.provider)()


@dataclass(frozen=True)
class InTransaction(Generic[ServiceT]):
    """A FastAPI dependency: a transaction while the endpoint runs."""

    provider: providers.Provider[ServiceT]

    async def __call__(self, connection: HTTPConnection) -> AsyncIterator[ServiceT]:
        """The client of the transaction, which is rolled back if the endpoint raises."""
        async with served_to(connection).resolve(self.provider)().tx() as tx:
            yield tx


def provided(provider: providers.Provider[T]) -> Provided[T]:
    """A dependency that gives each request the value of `provider` in its application's container.

    `Depends(provided(ApplicationContainer.users.service))` needs no wiring. Two applications in
    one process each use their own container. Overrides of the container apply.

    Args:
        provider: an attribute of the container's class.
    """
    return Provided(provider)


def in_transaction(provider: providers.Provider[ServiceT]) -> InTransaction[ServiceT]:
    """A dependency that gives the endpoint a transaction, which commits if the endpoint returns.

    Use `Depends(in_transaction(…), scope="function")`, so that it commits before the response is
    sent. Unlike `Service.transaction` it does not start again after a write conflict (P2034).

    Args:
        provider: the database, as an attribute of the container's class.
    """
    return InTransaction(provider)


class AtomicRequests:
    """A middleware of ASGI: each request is a block of `database.atomic()`.

        app.add_middleware(AtomicRequests, database=ApplicationContainer.database.service)

    It commits before the response starts, and rolls back if the application raises an error or
    responds with a status of 400 or above. If the commit fails, the response is that of the error,
    with its status: 409 for a write conflict, after which the client may send the request again.
    Streaming responses and WebSockets are refused with P2026: they have no moment to commit at.

    Args:
        app: what it is wrapped around.
        database: the database, as an attribute of the container's class.
        timeout: how long a request may take, then it is rolled back; seconds or a timedelta.
        max_wait: how long beginning may take; seconds or a timedelta.
        only: whether a connection is served in a block; None means all are.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        database: providers.Provider[Any],
        timeout: Duration = TX_TIMEOUT,
        max_wait: Duration = TX_MAX_WAIT,
        only: Callable[[HTTPConnection], bool] | None = None,
    ) -> None:
        self._app = app
        self._database = database
        self._timeout = as_limit(timeout, "timeout")
        self._max_wait = as_limit(max_wait, "max_wait")
        self._only = only

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a connection."""
        is_served = scope["type"] in ("http", "websocket")
        if not is_served or not (self._only is None or self._only(HTTPConnection(scope))):
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await receive()
            await respond(scope, receive, send, _no_sockets(), is_public=True)
        else:
            await self._serve(scope, receive, send)

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            service = served_to(HTTPConnection(scope)).resolve(self._database)()
            manager = await self._begun(service) if joined(service) is None else None
        except PrismaError as error:
            await respond(scope, receive, send, error)
            return
        if manager is not None:
            await self._serve_in(manager, service, scope, receive, send)
        else:  # of another such middleware
            await self._app(scope, receive, send)

    async def _begun(self, service: Service) -> TransactionManager[Any]:
        manager = TransactionManager(client=service, max_wait=self._max_wait, timeout=self._timeout)
        await manager.start()
        return manager

    async def _serve_in(
        self,
        manager: TransactionManager[Any],
        service: Service,
        scope: Scope,
        receive: Receive,
        send: Send,
    ) -> None:
        async def sent(message: Message) -> None:
            with service.detached():  # what is around this middleware is outside
                await send(message)

        async def keep() -> None:
            with service.detached():  # what is called after the commit is outside
                await manager.commit()

        async def answer(error: PrismaError) -> None:
            is_refusal = getattr(error, "code", None) == "P2026"
            await respond(scope, receive, sent, error, is_public=is_refusal)

        held = HeldResponse(sent, keep, manager.drop, answer)
        with entered(service._database, manager):
            try:
                await self._app(scope, receive, held.send)
            except Exception:
                if not held.is_refused:  # else it follows from the refusal, which was answered
                    raise
            finally:
                await held.end(sys.exception())


def _no_sockets() -> PrismaError:
    return unsupported(
        "A WebSocket in a transaction of its request",
        "it has no response to commit before. Leave its path out by `only`, and use "
        "`database.atomic()` for each message",
    )


def health(
    provider: providers.Provider[ServiceT],
) -> Callable[[Request], Awaitable[JSONResponse]]:
    """An endpoint with the health of the database: 200 if it is up, else 503, within a time limit.

    It does not reveal the address of the server. Use it with `app.add_route("/health", …)`.

    Args:
        provider: the database, as an attribute of the container's class.
    """

    async def answer(request: Request) -> JSONResponse:
        health = await _health(served_to(request).resolve(provider))
        shown = ("status", "latency_ms", "topology", "client", "error")
        status = HTTPStatus.OK if health.is_up else HTTPStatus.SERVICE_UNAVAILABLE
        return JSONResponse({name: getattr(health, name) for name in shown}, status)

    return answer


async def _health(provider: providers.Provider[ServiceT]) -> Health:
    try:
        return await provider().health()
    except PrismaError as error:  # not started
        return down(error)


def _validate_endpoints(app: Starlette, served: Served) -> None:
    called = list(endpoints(app.routes))
    for each in called:
        if isinstance(each, Provided | InTransaction):
            served.resolve(each.provider)
    for middleware in app.user_middleware:
        kind: Any = middleware.cls
        if kind is AtomicRequests:
            given: Any = middleware.kwargs
            served.resolve(given["database"])
    if problems := list(function_problems(called, served.container)):
        raise ValidationError(problems)
