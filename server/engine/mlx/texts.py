"""What the model's tokens mean, for whoever shows them: implements `server.engine.protocol.Texts`."""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

from adapters.base.vocabulary import Vocabulary
from server.engine.errors import InvalidGeneration
from server.engine.mlx.listing import list_ids
from server.engine.mlx.prompt import PromptEncoder
from server.engine.protocol import Message

BYTE = re.compile(r"<0x([0-9A-Fa-f]{2})>")  # a piece for one byte, of characters that have none
SPACE = "▁"
NUM_KEPT = 1 << 15  # spellings: a prompt's log-probabilities may have thousands of tokens with twenty others each


class MlxTexts:
    """Text to tokens and back."""

    def __init__(self, vocabulary: Vocabulary, encoder: PromptEncoder, *, context_size: int) -> None:
        self.context_size = context_size
        self._vocabulary = vocabulary
        self._encoder = encoder
        self.spell = lru_cache(maxsize=NUM_KEPT)(self._spell)

    @property
    def named_tokens(self) -> Mapping[str, str]:
        """Special tokens by name."""
        return self._vocabulary.tokenizer.special_tokens.named

    @property
    def chat_template(self) -> str:
        """The chat template as it is written."""
        return self._vocabulary.template.source

    def _spell(self, token_id: int) -> bytes:
        """Give what a token stands for: perhaps a part of a character. Raises InvalidGeneration for an id without a piece."""
        self._check([token_id])
        piece = self._vocabulary.tokenizer.pieces[token_id]
        if byte := BYTE.fullmatch(piece):
            return bytes.fromhex(byte[1])
        return piece.replace(SPACE, " ").encode()

    def decode(self, token_ids: Sequence[int]) -> str:
        """Give the text of tokens, as an answer's text is made. Raises InvalidGeneration for ids without a piece."""
        self._check(token_ids)
        if self._vocabulary.detokenizers.joins_bytes:  # token by token, a long run of broken bytes is looked at again with each
            return b"".join(map(self.spell, token_ids)).decode(errors="replace")
        detokenizer = self._vocabulary.detokenizers.make()
        for token in token_ids:
            detokenizer.add_token(token)
        detokenizer.finalize()
        text: str = detokenizer.text
        return text

    async def encode(self, text: str, *, adds_special_tokens: bool) -> tuple[int, ...]:
        """Give the tokens of any text, on the thread that encodes prompts."""
        return tuple(await self._encoder.tokenise_in_turn(text, adds_special_tokens=adds_special_tokens))

    async def encode_messages(self, messages: Sequence[Message], *, beginning: str = "", opens_turn: bool = True) -> tuple[int, ...]:
        """Give the tokens of a conversation, on the thread that encodes prompts. Raises InvalidGeneration."""
        prompt = await self._encoder.encode_in_turn(tuple(messages), beginning, opens_turn=opens_turn)
        return tuple(prompt.token_ids)

    def _check(self, token_ids: Sequence[int]) -> None:
        pieces = self._vocabulary.tokenizer.pieces
        if strangers := sorted(token for token in set(token_ids) if not (0 <= token < len(pieces) and pieces[token])):
            raise InvalidGeneration(f"the tokenizer has no piece for {list_ids(strangers)}", param="tokens")
