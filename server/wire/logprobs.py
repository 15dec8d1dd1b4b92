"""Log-probabilities of an answer's tokens, as OpenAI's chats show them."""

import msgspec


class TopLogprob(msgspec.Struct, frozen=True, kw_only=True):
    """A token that could have come, and how likely it was."""

    token: str  # half a character is U+FFFD
    logprob: float
    bytes: tuple[int, ...]


class TokenLogprob(msgspec.Struct, frozen=True, kw_only=True):
    """A token that came."""

    token: str
    logprob: float
    bytes: tuple[int, ...]
    top_logprobs: tuple[TopLogprob, ...]  # the likeliest first


class ChoiceLogprobs(msgspec.Struct, frozen=True, kw_only=True):
    """Of the tokens of a choice, or of what a chunk brings of them."""

    content: tuple[TokenLogprob, ...]
    refusal: None = None
