"""Settings of the auth feature: the `auth` section of config.yml."""

from __future__ import annotations

from datetime import timedelta

from pydantic import BaseModel, ConfigDict, Field


class AuthSettings(BaseModel):
    """The lifetime of tokens and the cost of hashing a password.

    Attributes:
        refresh_token_lifetime: how long a refresh token is valid; a timedelta or seconds.
        time_cost: argon2's passes over the memory.
        memory_cost: argon2's memory in KiB.
        parallelism: argon2's threads.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    refresh_token_lifetime: timedelta = Field(default=timedelta(days=30), gt=timedelta(0))
    time_cost: int = Field(default=3, ge=1)
    memory_cost: int = Field(default=65536, ge=8)
    parallelism: int = Field(default=4, ge=1)
