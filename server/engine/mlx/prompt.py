"""Messages in, token ids out, by the model's own chat template; or a prompt as it stands."""

import asyncio
from collections.abc import Callable, Hashable, Mapping, Sequence
from functools import lru_cache, partial
from typing import NamedTuple

import msgspec
from jinja2 import TemplateError

from adapters.base.tokens.chat_template import ChatTemplate
from adapters.base.tokens.conversation_text import ConversationText, split_broken
from adapters.base.tokens.tokenizer import Tokenizer
from server.engine.errors import InvalidGeneration
from server.engine.mlx.listing import list_ids
from server.engine.mlx.short_first import ShortFirst
from server.engine.protocol import Message

START_OF_TURN = "<start_of_turn>"
MOST_TURNS = 4  # ends of turns that are boundaries: those of a conversation that goes on are the last ones


class EncodedPrompt(NamedTuple):
    """A prompt's tokens, and where in it another prompt may part from it: behind the system text and between turns, in tokens."""

    token_ids: list[int]
    boundaries: tuple[int, ...]


class Encoding(msgspec.Struct):
    """A prompt that is being encoded, for all who ask for the same one meanwhile."""

    future: asyncio.Future[EncodedPrompt]
    num_waiting: int = 0


class PromptEncoder:
    """Renders and tokenises on a thread of its own: a long prompt stalls neither the event loop nor the running rows."""

    def __init__(self, tokenizer: Tokenizer, template: ChatTemplate, *, max_tokens: int, num_embeddings: int) -> None:
        self._tokenizer = tokenizer
        self._max_tokens = max_tokens  # the model's context
        self._num_embeddings = num_embeddings  # Gemma 3's tokenizer has one piece more than the smaller models have rows
        self._longest_token = max(map(len, tokenizer.vocabulary))  # characters
        self._start_of_turn = tokenizer.vocabulary.get(START_OF_TURN)
        self._text = ConversationText(tokenizer, template)
        # A system text comes again with every request, and is the longest part of many.
        self._encode_opening = lru_cache(maxsize=16)(self._tokenise)
        self._thread = ShortFirst("prompt")
        self._thread_of_texts = ShortFirst("text")  # for what can be no prompt: there is no bound to how long it takes
        self._encodings: dict[Hashable, Encoding] = {}

    async def encode_in_turn(self, messages: tuple[Message, ...], beginning: str = "", *, opens_turn: bool = True) -> EncodedPrompt:
        """Do as `encode` does, on the thread: a short prompt does not wait for the long ones that came before it."""
        length = sum(len(message.content) for message in messages) + len(beginning)
        function = partial(self.encode, messages, beginning, opens_turn=opens_turn)
        return await self._share((messages, beginning, opens_turn), length, function)

    async def encode_prompt_in_turn(self, prompt: str | tuple[int, ...]) -> EncodedPrompt:
        """Do as `encode_prompt` does, on the thread."""
        return await self._share(prompt, len(prompt), partial(self.encode_prompt, prompt))

    async def tokenise_in_turn(self, text: str, *, adds_special_tokens: bool) -> list[int]:
        """Give the ids of any text, made on a thread; they may be more than a prompt may have, and have no embedding."""
        function = partial(self._tokenizer.encode, text, add_special_tokens=adds_special_tokens)
        thread = self._thread if len(text) <= self._max_tokens else self._thread_of_texts
        return await asyncio.wrap_future(thread.submit(len(text), function))

    def close(self) -> None:
        """Let the threads end."""
        self._thread.close()
        self._thread_of_texts.close()

    async def _share(self, asked: Hashable, length: int, function: Callable[[], EncodedPrompt]) -> EncodedPrompt:
        """Encode once what several ask for at the same time, and not at all what nobody waits for any more. All go on together."""
        if asked not in self._encodings:
            self._encodings[asked] = Encoding(asyncio.wrap_future(self._thread.submit(length, function)))
        encoding = self._encodings[asked]
        encoding.num_waiting += 1
        try:
            return await asyncio.shield(encoding.future)
        finally:
            encoding.num_waiting -= 1
            if not encoding.num_waiting:
                del self._encodings[asked]
                encoding.future.cancel()

    def encode_prompt(self, prompt: str | Sequence[int]) -> EncodedPrompt:
        """Give the tokens of a prompt as it stands: of a text, control tokens that it spells become themselves, behind what the tokenizer
        begins every text with, also where it spells that too; ids stay as they are.

        Raises InvalidGeneration if it is empty, leaves no room for an answer, or has a token that the model does not know.
        """
        is_text = isinstance(prompt, str)
        if is_text and (fewest := len(prompt) // self._longest_token) >= self._max_tokens:
            raise self._too_long(f"at least {fewest}", param="prompt")
        ids = self._tokenizer.encode(prompt, add_special_tokens=True) if isinstance(prompt, str) else list(prompt)
        if not ids:
            raise InvalidGeneration("the prompt is empty: expected a text or at least one token", param="prompt")
        if len(ids) >= self._max_tokens:
            raise self._too_long(str(len(ids)), param="prompt")
        if is_text:
            self._check_embeddings(ids, param="prompt")
        elif strangers := sorted(token for token in set(ids) if not self._is_known(token)):
            raise InvalidGeneration(f"the prompt has the token ids {list_ids(strangers)}, which this model does not know", param="prompt")
        return EncodedPrompt(ids, ())

    def encode(self, messages: Sequence[Message], beginning: str = "", *, opens_turn: bool = True) -> EncodedPrompt:
        """Give the prompt's tokens, the model's turn opened at the end, and begun. Markers are the template's: one in a message is text.

        Raises InvalidGeneration if the template refuses the messages, no room for an answer is left, or a token has no embedding.
        """
        # Tokenising megabytes takes many seconds, during which no other prompt is encoded.
        if (fewest := _count_characters(messages, beginning) // self._longest_token) >= self._max_tokens:
            raise self._too_long(f"at least {fewest}", param="messages")
        conversation = self._text.break_messages([(message.role, message.content) for message in messages])
        try:
            text = self._text.render(conversation, opens_turn=opens_turn)
        except TemplateError as exc:
            raise InvalidGeneration(f"the model's chat template does not take these messages: {exc}", param="messages") from exc
        # Without the white space around it, as templates write a turn; of an empty one the header stays as it is.
        ids = self._tokenise(text + self._text.break_in(beginning.strip()))
        if len(ids) >= self._max_tokens:
            raise self._too_long(str(len(ids)), param="messages")
        self._check_embeddings(ids, param="messages")
        return EncodedPrompt(ids, self._find_boundaries(text, ids, conversation[0]))

    def _tokenise(self, text: str) -> list[int]:
        ids: list[int] = []
        for part in split_broken(text):
            if len(ids) >= self._max_tokens:  # text of nothing but markers has very many parts
                raise self._too_long(f"at least {len(ids)}", param="messages")
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

    def _is_known(self, token: int) -> bool:
        """Say whether an id has a piece and an embedding: Gemma 3 of 4B and above has embeddings to spare."""
        return 0 <= token < min(self._num_embeddings, len(self._tokenizer.pieces)) and self._tokenizer.pieces[token] != ""

    def _check_embeddings(self, ids: Sequence[int], *, param: str) -> None:
        """Keep ids without a row from the engine: looking one up reads past the weights, which can end the process."""
        if strangers := sorted({token for token in ids if token >= self._num_embeddings}):
            pieces = ", ".join(repr(self._tokenizer.decode([token])) for token in strangers)
            raise InvalidGeneration(
                f"the {param} {'hold' if param == 'messages' else 'holds'} {pieces}, for which this model has no embedding: "
                f"its ids end at {self._num_embeddings - 1}",
                param=param,
            )

    def _too_long(self, num_tokens: str, *, param: str) -> InvalidGeneration:
        return InvalidGeneration(
            f"the prompt is {num_tokens} tokens long, the model's context {self._max_tokens}: at least one must be left for the answer",
            param=param,
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
