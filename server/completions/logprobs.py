"""Log-probabilities of tokens in OpenAI's older form, where each has its place in a text: pure."""

from codecs import getincrementaldecoder
from collections.abc import Sequence, Set

from server.engine.protocol import TokenLogprobs
from server.exchange.logprobs import Spell, write_logprob, write_token
from server.wire.completion_response import CompletionLogprobs


class LogprobsWriter:
    """Describes the tokens of one choice, one behind the other."""

    def __init__(self, spell: Spell, *, unshown: Set[str] = frozenset()) -> None:
        """Take what gives the bytes of a token, and the spellings of those that are left out of the text."""
        self._spell = spell
        self._unshown = unshown
        self._offset = 0
        self._decoder = getincrementaldecoder("utf-8")("replace")

    def skip(self, num_characters: int) -> None:
        """Go on behind so much text more."""
        self._offset += num_characters

    def write(self, token_ids: Sequence[int], logprobs: Sequence[TokenLogprobs | None], *, num_unshown: int = 0) -> CompletionLogprobs:
        """Describe the next tokens, of which the first `num_unshown` have no place in the text."""
        tokens: list[str] = []
        offsets: list[int] = []
        for place, token_id in enumerate(token_ids):
            spelt = self._spell(token_id)
            tokens.append(write_token(spelt))
            is_shown = place >= num_unshown and tokens[-1] not in self._unshown
            if is_shown and not _goes_on(spelt):  # half a character that has come is no more than that
                self._offset += len(self._decoder.decode(b"", final=True))
            offsets.append(self._offset)
            if is_shown:
                self._offset += len(self._decoder.decode(spelt))
        return CompletionLogprobs(
            tokens=tuple(tokens),
            token_logprobs=tuple(None if one is None else write_logprob(one.logprob) for one in logprobs),
            top_logprobs=tuple(None if one is None else self._write_top(token, one) for token, one in zip(tokens, logprobs, strict=True)),
            text_offset=tuple(offsets),
        )

    def _write_top(self, token: str, logprobs: TokenLogprobs) -> dict[str, float]:
        """Give the likeliest, and the token itself; of tokens that are spelt alike the likeliest."""
        top: dict[str, float] = {}
        for other, logprob in logprobs.top:
            top.setdefault(write_token(self._spell(other)), write_logprob(logprob))
        top.setdefault(token, write_logprob(logprobs.logprob))
        return top


def _goes_on(spelt: bytes) -> bool:
    """Say whether bytes may go on with a character that bytes before them have begun."""
    return 0x80 <= spelt[0] <= 0xBF if spelt else True


def join(parts: Sequence[CompletionLogprobs]) -> CompletionLogprobs:
    """Join descriptions of neighbouring tokens."""
    return CompletionLogprobs(
        tokens=tuple(token for part in parts for token in part.tokens),
        token_logprobs=tuple(value for part in parts for value in part.token_logprobs),
        top_logprobs=tuple(top for part in parts for top in part.top_logprobs),
        text_offset=tuple(offset for part in parts for offset in part.text_offset),
    )
