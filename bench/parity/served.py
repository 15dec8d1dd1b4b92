"""The server under test, over HTTP: greedy answers, and log-probabilities where it gives them."""

from types import TracebackType
from typing import Any, Self

import msgspec
import openai

from bench.parity.continuation import Answer
from clients.asking.connection import NO_KEY, ModelList, describe
from clients.asking.endpoint import is_loopback, split_query

NUM_LOGPROBS = 10
# Said with each question, as a model's `generation_config.json` may say otherwise: of the fields it has, this alone moves greedy answers.
NO_PENALTY = {"repetition_penalty": 1}


class ServerFailure(Exception):
    """The server cannot be compared: it is unreachable, refuses, or its reply is no chat completion."""


class TokenLogprob(msgspec.Struct, frozen=True, kw_only=True):
    """One token as OpenAI has it; mlx_lm.server gives its id, beside its spelling or alone."""

    logprob: float
    id: int | None = None
    token: str | None = None
    top_logprobs: tuple["TokenLogprob", ...] = ()


class Logprobs(msgspec.Struct, frozen=True, kw_only=True):
    """The tokens of a choice."""

    content: tuple[TokenLogprob, ...] | None = None


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """The text of a choice."""

    content: str | None = None


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """One answer."""

    message: Message
    finish_reason: str | None = None
    logprobs: Logprobs | None = None

    @property
    def tokens(self) -> tuple[TokenLogprob, ...]:
        """List what is told of each token: nothing where the server tells nothing."""
        return (self.logprobs.content or ()) if self.logprobs else ()


class Completion(msgspec.Struct, frozen=True, kw_only=True):
    """As much of a chat completion as is compared."""

    choices: tuple[Choice, ...]


class Server:
    """An endpoint, and the model that is asked of it; the connection is open while the `with` lasts."""

    def __init__(self, api_root: str, *, model: str | None, api_key: str | None) -> None:
        """Take the first model listed unless one is named. Raises ServerFailure."""
        client = openai.DefaultHttpxClient(trust_env=not is_loopback(api_root))
        url, query = split_query(api_root)
        self._client = openai.OpenAI(base_url=url, default_query=query, api_key=api_key or NO_KEY, http_client=client)
        try:
            self.model = model or self._first_listed()
        except ServerFailure:
            self._client.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None) -> None:
        self._client.close()

    def answer(self, prompt: str, *, max_tokens: int, eos_ids: frozenset[int], has_logprobs: bool) -> Answer:
        """Ask greedily. Raises ServerFailure."""
        choice = self._ask(prompt, max_tokens, {"logprobs": True} if has_logprobs else {})
        ids = tuple(token.id for token in choice.tokens if token.id is not None and token.id not in eos_ids)
        return Answer(text=choice.message.content or "", finish_reason=choice.finish_reason, token_ids=ids or None)

    def first_logprobs(self, prompt: str) -> dict[int | str, float]:
        """Give the log-probabilities of the most probable first tokens, by id or else by spelling. Raises ServerFailure."""
        choice = self._ask(prompt, 1, {"logprobs": True, "top_logprobs": NUM_LOGPROBS})
        first = choice.tokens[0].top_logprobs if choice.tokens else ()
        named = ((token.token if token.id is None else token.id, token.logprob) for token in first)
        return {name: logprob for name, logprob in named if name is not None}

    def logprobs_refusal(self, prompt: str) -> str | None:
        """Ask for log-probabilities once, and say why there are none; None where there are."""
        try:
            return None if self.first_logprobs(prompt) else "it answers without them"
        except ServerFailure as exc:
            return str(exc)

    def _first_listed(self) -> str:
        listing = f"{self._client.base_url}models"
        try:
            models = msgspec.json.decode(self._client.models.with_raw_response.list().content, type=ModelList).data
        except openai.APIError as exc:
            raise ServerFailure(f"cannot read {listing}: {describe(exc)}") from exc
        except (msgspec.MsgspecError, UnicodeDecodeError) as exc:
            raise ServerFailure(f"{listing} is no list of models ({exc}): name one with --served-model") from exc
        if not models:
            raise ServerFailure(f"{listing} lists no model: name one with --served-model")
        return models[0].id

    def _ask(self, prompt: str, max_tokens: int, more: dict[str, Any]) -> Choice:
        try:
            response = self._client.chat.completions.with_raw_response.create(
                model=self.model,
                messages=[{"role": "user", "content": prompt}],
                temperature=0,
                max_tokens=max_tokens,
                extra_body=NO_PENALTY,
                **more,
            )
            return msgspec.json.decode(response.content, type=Completion).choices[0]
        except openai.APIError as exc:
            raise ServerFailure(f"{self.model}: {describe(exc)}") from exc
        except (msgspec.MsgspecError, UnicodeDecodeError, IndexError) as exc:
            raise ServerFailure(f"{self.model}: the reply is no chat completion: {exc}") from exc
