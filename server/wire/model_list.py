"""The bodies of `GET /v1/models` and `/v1/models/{id}`."""

from typing import Literal

import msgspec


class ModelCard(msgspec.Struct, frozen=True, kw_only=True):
    """One name that requests may ask for; `parent`, `root`, `digest` and `state` are candor's, null where there is none."""

    id: str
    object: Literal["model"] = "model"
    created: int
    owned_by: Literal["candor"] = "candor"
    parent: str | None
    root: str | None
    digest: str | None
    state: Literal["loaded", "evicted"]  # evicted: a request for it loads it again


class ModelList(msgspec.Struct, frozen=True, kw_only=True):
    """All of them, the base first."""

    object: Literal["list"] = "list"
    data: tuple[ModelCard, ...]
