"""What the client's constructor takes, by upstream's names."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal

from typing_extensions import TypedDict

__all__ = ["DatasourceOverride", "HttpConfig", "MetricsFormat"]

MetricsFormat = Literal["json", "prometheus"]


class _DatasourceOverrideOptional(TypedDict, total=False):
    env: str
    name: str


class DatasourceOverride(_DatasourceOverrideOptional):
    """Another URL than the schema's."""

    url: str


class HttpConfig(TypedDict, total=False):
    """How upstream reaches its engine; this one is in the process, and takes no notice."""

    app: Callable[[Mapping[str, Any], Any], Any]
    http1: bool
    http2: bool
    limits: Any
    timeout: Any
    trust_env: bool
    max_redirects: int
