"""Settings of the notifications feature: the `notifications` section of config.yml."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class NotificationSettings(BaseModel):
    """Who makes the notifications.

    Attributes:
        consume: whether this process follows the messages. One process is enough; several do no
            harm.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    consume: bool = True
