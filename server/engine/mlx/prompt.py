"""Messages in, token ids out, by the model's own chat template."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from jinja2 import TemplateError
from mlx_lm.tokenizer_utils import TokenizerWrapper

from server.engine.errors import InvalidGeneration
from server.engine.protocol import Message


class PromptEncoder:
    """Renders and tokenises on a thread of its own: a long prompt stalls neither the event loop nor the running rows."""

    def __init__(self, tokenizer: TokenizerWrapper, *, max_tokens: int, num_embeddings: int) -> None:
        self._tokenizer = tokenizer
        self._max_tokens = max_tokens  # the model's context
        self._num_embeddings = num_embeddings  # Gemma 3's tokenizer has one piece more than the smaller models have rows
        self._longest_token = max(len(token) for token in tokenizer.get_vocab())  # characters
        self.executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="prompt")

    def encode(self, messages: Sequence[Message]) -> list[int]:
        """Give the prompt's token ids, the model's turn opened at the end.

        Raises InvalidGeneration if the template refuses the messages, no room for an answer is left, or the model lacks a token's embedding.
        """
        conversation = [{"role": message.role, "content": message.content} for message in messages]
        try:
            text: str = self._tokenizer.apply_chat_template(conversation, add_generation_prompt=True, tokenize=False)
        except TemplateError as exc:
            raise InvalidGeneration(f"the model's chat template does not take these messages: {exc}", param="messages") from exc
        # Tokenising megabytes takes many seconds, during which no other prompt is encoded.
        if (fewest := len(text) // self._longest_token) >= self._max_tokens:
            raise self._too_long(f"at least {fewest}")
        ids: list[int] = self._tokenizer.encode(text, add_special_tokens=False)
        if len(ids) >= self._max_tokens:
            raise self._too_long(str(len(ids)))
        self._check_embeddings(ids)
        return ids

    def _check_embeddings(self, ids: Sequence[int]) -> None:
        """Keep ids without a row from the engine: looking one up reads past the weights, which can end the process."""
        if strangers := sorted({token for token in ids if token >= self._num_embeddings}):
            pieces = ", ".join(repr(self._tokenizer.decode([token])) for token in strangers)
            raise InvalidGeneration(
                f"the messages hold {pieces}, for which this model has no embedding (its ids end at {self._num_embeddings - 1}): leave it out",
                param="messages",
            )

    def _too_long(self, num_tokens: str) -> InvalidGeneration:
        return InvalidGeneration(
            f"the prompt is {num_tokens} tokens long, the model's context {self._max_tokens}: at least one must be left for the answer",
            param="messages",
            code="context_length_exceeded",
        )
