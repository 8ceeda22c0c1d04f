"""The errors that a fake raises on purpose: one that is given, of a class, or for a code of Prisma.

They are of the class that a server's errors have, with the facts that handlers read in `meta`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from prisma import errors as upstream

from prismongo.errors import (
    CLASS_BY_CODE,
    HTTP_STATUS,
    ArgumentTypeError,
    ConfigurationError,
    ConnectionError,
    TransactionError,
    TransactionExpiredError,
    WriteConcernError,
    data_error,
    did_you_mean,
)
from prismongo.schema.datamodel import Model

MESSAGE: Final = "Failed on purpose, by the fake."

Failure = BaseException | type[BaseException] | str
Raised = Callable[[Model | None], BaseException]
"""The model of a call, if it has one → its error."""

_CODE_BY_CLASS: Final = {kind: code for code, kind in CLASS_BY_CODE.items()} | {
    WriteConcernError: "P2035",
    ArgumentTypeError: "P2009",
}


def raised(failure: Failure) -> Raised:
    """What makes the error of a call.

    Raises:
        ConfigurationError: it is a code that no error has, or nothing that can be raised.
    """
    if isinstance(failure, BaseException):
        return lambda _: failure
    if isinstance(failure, str):
        return _of_code(failure)
    given: Any = failure
    if not isinstance(given, type) or not issubclass(given, BaseException):
        raise ConfigurationError(f"{failure!r} is no exception, no class of one, and no code.")
    if issubclass(failure, upstream.DataError):
        kind = failure
        code = next(filter(None, map(_CODE_BY_CLASS.get, kind.__mro__)), "P2035")
        return lambda model: data_error(code, _said(code), _meta(code, model), kind=kind)
    if failure is ConnectionError:
        return _of_code("P1001")
    if failure is upstream.TransactionExpiredError or failure is TransactionExpiredError:
        return lambda _: TransactionExpiredError(_said("P2028"))
    if failure is upstream.TransactionError or failure is TransactionError:
        return _of_code("P2028")
    try:
        given()
    except TypeError:
        reason = "takes arguments: give an exception in place of its class"
        raise ConfigurationError(f"{given.__name__} {reason}.") from None
    return lambda _: given()


def _of_code(code: str) -> Raised:
    if code not in HTTP_STATUS:
        meant = did_you_mean(code, HTTP_STATUS)
        raise ConfigurationError(f"No error has the code `{code}`.{meant}")
    if code == "P1012":
        return lambda _: ConfigurationError(_said(code))
    if code.startswith("P1"):
        return lambda _: ConnectionError(_said(code), code=code)
    if code == "P2028":
        return lambda _: TransactionError(_said(code))
    return lambda model: data_error(code, _said(code), _meta(code, model))


def _said(code: str) -> str:
    return f"{code}: {MESSAGE}"


def _meta(code: str, model: Model | None) -> dict[str, Any]:
    """The facts that handlers read: of a unique its fields, the first that is not the id."""
    if model is None:
        return {}
    match code:
        case "P2002":
            uniques = [fields for fields in model.uniques.values() if not fields[0].is_id]
            fields = uniques[0] if uniques else (model.id_field,)
            return {"target": [field.name for field in fields], "modelName": model.name}
        case "P2025":
            return {"cause": MESSAGE, "modelName": model.name}
        case _:
            return {}
