"""The errors of the features, in addition to the errors of the database.

    FeatureError
    ├── NotAllowedError            the user has no permission
    ├── NotFoundError              it does not exist, or the user may not see it
    ├── InvalidValueError          an invalid value, such as a negative size
    ├── QuotaExceededError         the quota is used up
    └── CredentialsError           a password, a token or an invite is not valid
        └── TokenReusedError       a refresh token was used twice: its family is revoked

A violated unique is still `prisma.errors.UniqueViolationError`.
No message contains a password, a token or a code.
"""

from __future__ import annotations


class FeatureError(Exception):
    """A feature refuses an operation."""


class NotAllowedError(FeatureError):
    """The user has no permission for this."""


class NotFoundError(FeatureError):
    """It does not exist, or the user may not see it."""


class InvalidValueError(FeatureError):
    """A value is not valid, such as a negative size."""


class QuotaExceededError(FeatureError):
    """The quota is used up."""


class CredentialsError(FeatureError):
    """A password, a token or an invite is not valid."""


class TokenReusedError(CredentialsError):
    """A refresh token was used twice; all tokens of its sign-in are revoked."""


# Class → HTTP status, for `prismongo.containers.asgi.answer_errors`.
FEATURE_STATUS: dict[str | type[Exception], int] = {
    NotAllowedError: 403,
    NotFoundError: 404,
    InvalidValueError: 400,
    QuotaExceededError: 413,
    CredentialsError: 401,
    FeatureError: 400,
}
