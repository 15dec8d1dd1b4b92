"""The bodies of `/v1/adapters`."""

from typing import Literal

import msgspec


class AdapterCard(msgspec.Struct, frozen=True, kw_only=True):
    """An adapter that is loaded, with what tells it from another."""

    name: str
    object: Literal["adapter"] = "adapter"
    created: int  # when it was loaded: Unix time, s
    parent: str  # the base's id
    state: Literal["loaded", "evicted"]  # evicted: a request for it loads it again
    path: str
    revision: str | None  # the commit that it was fetched at, of an adapter from Hugging Face
    format: str  # mlx-lm, peft or mlx-vlm
    kind: str  # lora or dora
    digest: str
    rank: int
    scale: float
    targets: tuple[str, ...]
    share_of_layers: float
    size_bytes: int
    left_out: tuple[str, ...]  # parts of its file that change nothing of a text
    num_running: int
    training: dict[str, int | float | str | None]  # basis says whether its numbers are what was planned or what was done


class AdapterList(msgspec.Struct, frozen=True, kw_only=True):
    """All of them."""

    object: Literal["list"] = "list"
    data: tuple[AdapterCard, ...]


class LoadAdapterRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An adapter to serve as `name`; one that is served under this name is replaced. With `digest` only that very content is served."""

    name: str
    path: str
    digest: str | None = None


class AdapterDeleted(msgspec.Struct, frozen=True, kw_only=True):
    """OpenAI's form of the answer to a DELETE."""

    id: str
    object: Literal["adapter"] = "adapter"
    deleted: Literal[True] = True
    digest: str  # of the version that went
