"""The shape of a base model, as far as an adapter must fit it: plain numbers, for any thread."""

from collections.abc import Mapping

import msgspec


class BaseShape(msgspec.Struct, frozen=True, kw_only=True):
    """The linear layers of a Gemma 3's text model."""

    num_layers: int  # decoder layers
    linears: Mapping[str, tuple[int, int]]  # (in, out) by the linear layer's name in the text model
