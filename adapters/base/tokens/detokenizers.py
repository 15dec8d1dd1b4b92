"""mlx-lm's streaming detokenisers, without transformers' tokenizer behind them."""

import copy
from collections.abc import Callable, Sequence

from mlx_lm import tokenizer_utils
from mlx_lm.tokenizer_utils import (
    BPEStreamingDetokenizer,
    NaiveStreamingDetokenizer,
    SPMStreamingDetokenizer,
    StreamingDetokenizer,
)

from adapters.base.tokens.tokenizer import Tokenizer


class Detokenizers:
    """Makes a detokeniser for each answer, with what they share made once."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        self._first = _choose(tokenizer.decoder)(_AsTheyAsk(tokenizer))

    @property
    def joins_bytes(self) -> bool:
        """Whether a text is its tokens' bytes behind one another, decoded: so it is in all of Gemma 3."""
        return isinstance(self._first, SPMStreamingDetokenizer) and not self._first.trim_space

    def make(self) -> StreamingDetokenizer:
        """Make one that has seen nothing."""
        made = copy.copy(self._first)
        made.reset()
        return made


class _AsTheyAsk:
    """A tokenizer with the names that mlx-lm's detokenisers know."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        self._tokenizer = tokenizer
        self.encode = tokenizer.encode
        self.decode = tokenizer.decode

    def __len__(self) -> int:
        return len(self._tokenizer.pieces)

    def convert_ids_to_tokens(self, ids: Sequence[int]) -> list[str]:
        return [self._tokenizer.pieces[token] for token in ids]


def _choose(decoder: object) -> Callable[[_AsTheyAsk], StreamingDetokenizer]:
    """Choose by the decoder of `tokenizer.json`, as `mlx_lm.tokenizer_utils.load` does."""
    if tokenizer_utils._is_spm_decoder(decoder):
        return SPMStreamingDetokenizer  # type: ignore[no-any-return]
    if tokenizer_utils._is_spm_decoder_no_space(decoder):
        return lambda tokenizer: SPMStreamingDetokenizer(tokenizer, trim_space=False)
    if tokenizer_utils._is_bpe_decoder(decoder):
        return BPEStreamingDetokenizer  # type: ignore[no-any-return]
    return NaiveStreamingDetokenizer  # type: ignore[no-any-return]
