"""What the reference's process is asked, and its first word."""

import msgspec

from bench.parity.continuation import Continuation, Parting


class Ready(msgspec.Struct, frozen=True, kw_only=True):
    """The model is loaded."""

    eos_ids: tuple[int, ...]


class Ask(msgspec.Struct, frozen=True, kw_only=True, tag="ask"):
    """Continue a user's turn; answered with a Continuation."""

    prompt: str
    max_tokens: int


class Weigh(msgspec.Struct, frozen=True, kw_only=True, tag="weigh"):
    """Compare both tokens at a parting; answered with a Gap."""

    prompt: str
    continuation: Continuation
    parting: Parting
