"""What the features refuse, beside what the database refuses: above every service.

    FeatureError
    ├── NotAllowedError            the one who asks may not do this
    ├── NotFoundError              there is no such thing, or it is not there for the one who asks
    ├── InvalidValueError          a value that means nothing here, such as a negative size
    ├── QuotaExceededError         there is no room left
    └── CredentialsError           a password, a token or an invite is not good
        └── TokenReusedError       a refresh token came a second time: its family is revoked

Uniques stay the database's own: `prisma.errors.UniqueViolationError` passes through.
No message holds a password, a token or a code.
"""

from __future__ import annotations


class FeatureError(Exception):
    """A feature refuses."""


class NotAllowedError(FeatureError):
    """The one who asks may not do this."""


class NotFoundError(FeatureError):
    """There is no such thing, or it is not there for the one who asks."""


class InvalidValueError(FeatureError):
    """A value that means nothing here, such as a negative size."""


class QuotaExceededError(FeatureError):
    """There is no room left."""


class CredentialsError(FeatureError):
    """A password, a token or an invite is not good; which one it is, the caller knows."""


class TokenReusedError(CredentialsError):
    """A refresh token came a second time; every token of its sign-in is revoked."""


# Class → HTTP status: what `prismongo.containers.asgi.answer_errors` is given.
FEATURE_STATUS: dict[str | type[Exception], int] = {
    NotAllowedError: 403,
    NotFoundError: 404,
    InvalidValueError: 400,
    QuotaExceededError: 413,
    CredentialsError: 401,
    FeatureError: 400,
}
