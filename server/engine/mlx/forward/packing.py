"""The tokens of one forward pass, and the parts they fall into for attention."""

from collections.abc import Sequence
from typing import Protocol

import mlx.core as mx
import msgspec

from adapters.bank.routing import Span
from server.engine.mlx.forward.attention import Attention


class Part(Protocol):
    """Neighbouring tokens of a pass whose attention is one operation a layer."""

    def attend(self, layer: int, attention: Attention, queries: mx.array, keys: mx.array, values: mx.array) -> mx.array:
        """Keep the keys and values (T, kv_heads, D) of this part's tokens, and give what its queries (T, heads, D) see: (N, heads, D)."""
        ...


class Pass(msgspec.Struct, frozen=True, kw_only=True):
    """All tokens of a pass, one behind the other."""

    token_ids: mx.array  # (T,), perhaps not evaluated yet
    positions: mx.array  # (T,), each in its row
    parts: Sequence[Part]  # in the tokens' order, without a gap
    spans: tuple[Span, ...]  # the same tokens, by row
