"""From an engine's log-probabilities to those of a reply: pure."""

from collections.abc import Callable, Sequence

from server.engine.protocol import TokenLogprobs
from server.wire.logprobs import TokenLogprob, TopLogprob

LEAST_LOGPROB = -9999.0  # stands for minus infinity, which JSON does not have, as OpenAI and vLLM write it

Spell = Callable[[int], bytes]  # gives the bytes of a token


def describe_tokens(token_ids: Sequence[int], logprobs: Sequence[TokenLogprobs], spell: Spell) -> tuple[TokenLogprob, ...]:
    """Describe tokens with the likeliest at their places; `logprobs` has one for each id."""
    return tuple(_describe(token_id, one, spell) for token_id, one in zip(token_ids, logprobs, strict=True))


def write_logprob(logprob: float) -> float:
    """Give a log-probability that JSON can hold."""
    return max(logprob, LEAST_LOGPROB)


def write_token(spelt: bytes) -> str:
    """Give the text of a token's bytes; half a character is U+FFFD."""
    return spelt.decode(errors="replace")


def _describe(token_id: int, logprobs: TokenLogprobs, spell: Spell) -> TokenLogprob:
    spelt = spell(token_id)
    return TokenLogprob(
        token=write_token(spelt),
        logprob=write_logprob(logprobs.logprob),
        bytes=tuple(spelt),
        top_logprobs=tuple(_describe_top(other, logprob, spell) for other, logprob in logprobs.top),
    )


def _describe_top(token_id: int, logprob: float, spell: Spell) -> TopLogprob:
    spelt = spell(token_id)
    return TopLogprob(token=write_token(spelt), logprob=write_logprob(logprob), bytes=tuple(spelt))
