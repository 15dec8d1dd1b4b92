"""Messages in, token ids out, by the model's own chat template."""

import asyncio
from collections.abc import Mapping, Sequence
from functools import lru_cache, partial
from typing import NamedTuple

from jinja2 import TemplateError

from adapters.base.chat_template import ChatTemplate
from adapters.base.control_pieces import BREAK, ControlPieces
from adapters.base.tokenizer import Tokenizer
from server.engine.errors import InvalidGeneration
from server.engine.mlx.short_first import ShortFirst
from server.engine.protocol import Message

START_OF_TURN = "<start_of_turn>"
MOST_TURNS = 4  # ends of turns that are boundaries: those of a conversation that goes on are the last ones


class EncodedPrompt(NamedTuple):
    """A prompt's tokens, and where in it another prompt may part from it: behind the system text and between turns, in tokens."""

    token_ids: list[int]
    boundaries: tuple[int, ...]


class PromptEncoder:
    """Renders and tokenises on a thread of its own: a long prompt stalls neither the event loop nor the running rows."""

    def __init__(self, tokenizer: Tokenizer, template: ChatTemplate, *, max_tokens: int, num_embeddings: int) -> None:
        self._tokenizer = tokenizer
        self._template = template
        self._max_tokens = max_tokens  # the model's context
        self._num_embeddings = num_embeddings  # Gemma 3's tokenizer has one piece more than the smaller models have rows
        self._longest_token = max(map(len, tokenizer.vocabulary))  # characters
        self._start_of_turn = tokenizer.vocabulary.get(START_OF_TURN)
        self._controls = ControlPieces(tokenizer.control_pieces(template.source))
        # A system text comes again with every request, and is the longest part of many.
        self._encode_opening = lru_cache(maxsize=16)(self._tokenise)
        self._thread = ShortFirst("prompt")

    async def encode_in_turn(self, messages: Sequence[Message], beginning: str = "") -> EncodedPrompt:
        """Do as `encode` does, on the thread: a short prompt does not wait for the long ones that came before it."""
        length = sum(len(message.content) for message in messages) + len(beginning)
        return await asyncio.wrap_future(self._thread.submit(length, partial(self.encode, messages, beginning)))

    def close(self) -> None:
        """Let the thread end."""
        self._thread.close()

    def encode(self, messages: Sequence[Message], beginning: str = "") -> EncodedPrompt:
        """Give the prompt's tokens, the model's turn opened at the end, and begun. Markers are the template's: one in a message is text.

        Raises InvalidGeneration if the template refuses the messages, no room for an answer is left, or a token has no embedding.
        """
        # Tokenising megabytes takes many seconds, during which no other prompt is encoded.
        if (fewest := _count_characters(messages, beginning) // self._longest_token) >= self._max_tokens:
            raise self._too_long(f"at least {fewest}")
        conversation = [{"role": message.role, "content": self._controls.break_in(message.content)} for message in messages]
        try:
            text = self._template.render(conversation, add_generation_prompt=True)
        except TemplateError as exc:
            raise InvalidGeneration(f"the model's chat template does not take these messages: {exc}", param="messages") from exc
        # Without the white space around it, as templates write a turn; of an empty one the header stays as it is.
        ids = self._tokenise(text + self._controls.break_in(beginning.strip()))
        if len(ids) >= self._max_tokens:
            raise self._too_long(str(len(ids)))
        self._check_embeddings(ids)
        return EncodedPrompt(ids, self._find_boundaries(text, ids, conversation[0]))

    def _tokenise(self, text: str) -> list[int]:
        ids: list[int] = []
        for part in text.split(BREAK):
            if len(ids) >= self._max_tokens:  # text of nothing but markers has very many parts
                raise self._too_long(f"at least {len(ids)}")
            ids += self._tokenizer.encode(part)
        return ids

    def _find_boundaries(self, text: str, ids: Sequence[int], first: Mapping[str, str]) -> tuple[int, ...]:
        turns = [place for place, token in enumerate(ids) if token == self._start_of_turn and place]
        found = set(turns[-MOST_TURNS:])
        if first["role"] == "system" and (end := text.find(first["content"])) >= 0:
            end += len(first["content"])
            end += len(text[end:]) - len(text[end:].lstrip("\n"))  # what parts it from the user's text
            found.add(_count_common(self._encode_opening(text[:end]), ids))
        return tuple(sorted(found - {0}))

    def _check_embeddings(self, ids: Sequence[int]) -> None:
        """Keep ids without a row from the engine: looking one up reads past the weights, which can end the process."""
        if strangers := sorted({token for token in ids if token >= self._num_embeddings}):
            pieces = ", ".join(repr(self._tokenizer.decode([token])) for token in strangers)
            raise InvalidGeneration(
                f"the messages hold {pieces}, for which this model has no embedding: its ids end at {self._num_embeddings - 1}",
                param="messages",
            )

    def _too_long(self, num_tokens: str) -> InvalidGeneration:
        return InvalidGeneration(
            f"the prompt is {num_tokens} tokens long, the model's context {self._max_tokens}: at least one must be left for the answer",
            param="messages",
            code="context_length_exceeded",
        )


def _count_characters(messages: Sequence[Message], beginning: str) -> int:
    return sum(len(message.content.strip()) for message in messages) + len(beginning.strip())


def _count_common(some: Sequence[int], others: Sequence[int]) -> int:
    """Count the tokens that both begin with: where two texts are joined, tokens may be joined too."""
    for place, (one, other) in enumerate(zip(some, others, strict=False)):
        if one != other:
            return place
    return min(len(some), len(others))
