"""What a server runs with: one frozen struct, whichever of file, environment and flags it came from."""

from typing import Annotated, Any

import msgspec

from server.engine.limits import Limits
from server.engine.protocol import DegenerationAction


class AdapterSource(msgspec.Struct, frozen=True, kw_only=True):
    """An adapter to load at start: the name that requests use, and its folder."""

    name: str
    path: str


class Secret(msgspec.Struct, frozen=True):
    """A value that shows in no repr, no formatted text and so in no log line."""

    value: str

    def __repr__(self) -> str:
        return "Secret(…)"

    __str__ = __repr__

    def __rich_repr__(self) -> list[tuple[str, Any]]:  # msgspec's own would show the value to rich
        return [("value", "…")]


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Every setting with its bounds and default; `server/settings/sources.py` reads them."""

    model: Annotated[str, msgspec.Meta(min_length=1)] = "demo"
    model_name: Annotated[str, msgspec.Meta(min_length=1)] | None = None
    adapters: tuple[AdapterSource, ...] = ()
    adapter_dirs: tuple[str, ...] = ()  # none: nothing is loaded at run time
    max_adapters: Annotated[int, msgspec.Meta(ge=1, le=1024)] = 16  # beside the base
    max_adapter_rank: Annotated[int, msgspec.Meta(ge=1, le=4096)] = 64
    evict_adapters: bool = False
    host: Annotated[str, msgspec.Meta(min_length=1)] = "127.0.0.1"
    port: Annotated[int, msgspec.Meta(ge=0, le=65535)] = 8000  # 0: any free port, printed at start
    api_keys: tuple[Secret, ...] = ()  # none: open
    admin_key: Secret | None = None  # None: who may ask may also load and unload adapters
    max_batch_size: Annotated[int, msgspec.Meta(ge=1, le=4096)] = 32
    max_queue: Annotated[int, msgspec.Meta(ge=1, le=1_000_000)] = 256
    memory_bytes: Annotated[int, msgspec.Meta(ge=1, le=1 << 50)] | None = None
    prefix_cache_bytes: Annotated[int, msgspec.Meta(ge=0, le=1 << 50)] | None = None
    max_completion_tokens: Annotated[int, msgspec.Meta(ge=1, le=10_000_000)] = 4096
    request_timeout_s: Annotated[float, msgspec.Meta(gt=0, le=1_000_000)] = 600.0
    body_timeout_s: Annotated[float, msgspec.Meta(gt=0, le=1_000_000)] = 30.0
    max_body_bytes: Annotated[int, msgspec.Meta(ge=1, le=1 << 32)] = 8 << 20
    scorer: str = "lek-v1"  # a name in scoring/scorers.py; a request may choose another
    on_degeneration: DegenerationAction = "observe"  # where a request does not say
    board_text: bool = False  # whether the board may keep and show the text of answers
    otlp_endpoint: Annotated[str, msgspec.Meta(pattern=r"^https?://[^/\s]+")] | None = None  # None: no traces

    @property
    def limits(self) -> Limits:
        """What an engine must know of them: the settings of the same names."""
        return msgspec.convert(self, Limits, from_attributes=True)
