"""What an engine is: a `Generation` in, `Piece`s and one `Finish` out, before them one `PromptRead` where that is asked for.

The HTTP layer, the watchers of answers and the tests' fakes know this file and no other part of an engine.
"""

from collections.abc import AsyncGenerator, Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Literal, Protocol, runtime_checkable

import msgspec

from server.engine.sampling_defaults import SamplingDefaults

Role = Literal["system", "user", "assistant"]
FinishReason = Literal["stop", "length"]
AdapterState = Literal["loaded", "evicted"]  # evicted: a request for it loads it again
LoadKind = Literal["load", "reload"]  # of a name at somebody's wish, or of an evicted one at a request's
LoadOutcome = Literal["loaded", "refused", "no_slot", "failed"]


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """One turn of a conversation, as plain text."""

    role: Role
    content: str


class Sampling(msgspec.Struct, frozen=True, kw_only=True):
    """How the next token is drawn. A temperature of 0 is greedy, and so is `top_p` 0; `top_k` 0, `min_p` 0 and `top_p` 1 are off."""

    temperature: float = 1.0
    top_p: float = 1.0
    top_k: int = 0
    min_p: float = 0.0
    seed: int | None = None
    repetition_penalty: float = 1.0  # 1 is off; over the prompt and the answer
    presence_penalty: float = 0.0
    frequency_penalty: float = 0.0


class Grammar(msgspec.Struct, frozen=True, kw_only=True):
    """What the whole text of an answer must be."""

    kind: Literal["json_schema", "regex", "lark"]
    source: str  # a JSON Schema as JSON text, a regular expression (Rust's, over the whole answer) or a grammar in Lark's notation
    param: str = "response_format"  # the request's field that it came in, for errors
    is_json: bool = False  # a grammar in Lark's notation allows JSON only: numbers in it come to an end, as those of a schema do


class AdapterUse(msgspec.Struct, frozen=True, kw_only=True):
    """An adapter that has a part in an answer."""

    name: str
    scale: float = 1.0  # on top of the adapter's own; 0 is the base, 1 as trained


class Generation(msgspec.Struct, frozen=True, kw_only=True):
    """One answer to produce: the only thing an engine sees of a request."""

    id: str
    messages: tuple[Message, ...]  # may be empty where there is a `prompt`
    sampling: Sampling
    max_tokens: int  # 0: the prompt is read, and nothing is drawn
    is_limit_asked_for: bool = True  # False: `max_tokens` is the server's own, and less is enough where there is no room for it
    stop: tuple[str, ...] = ()
    beginning: str = ""  # of the answer, said by the client: the model goes on from it, and what it answers does not repeat it
    adapters: tuple[AdapterUse, ...] = ()  # each once, their updates added up; none is the base model
    num_top_logprobs: int | None = None  # None: no log-probabilities; 0: of the drawn tokens; more: of as many likeliest tokens beside
    prompt: str | tuple[int, ...] | None = None  # in place of messages: text in which control tokens may be spelt, or ids as they are
    num_prompt_logprobs: int | None = None  # as `num_top_logprobs`, of the prompt's tokens: a `PromptRead` is the first event
    tells_prompt: bool = False  # a `PromptRead` is the first event in any case
    logit_bias: tuple[tuple[int, float], ...] = ()  # by token id: added to its logit before the temperature
    min_tokens: int = 0  # before these are drawn no stop string ends the answer, and no token, but where a grammar leaves no other
    stop_token_ids: tuple[int, ...] = ()  # that end it beside the model's own
    ignores_stop_ids: bool = False  # the model's own end ids do not end it
    shows_stop: bool = False  # what ended it, string or token, is the end of its text
    hides_special_tokens: bool = False  # they are left out of its text
    grammar: Grammar | None = None


class TokenLogprobs(msgspec.Struct, frozen=True, kw_only=True):
    """Natural logarithms of the model's own probabilities: at temperature 1, before penalties and filters."""

    logprob: float  # of the drawn token
    top: tuple[tuple[int, float], ...]  # the likeliest token ids with theirs, the likeliest first


class PromptRead(msgspec.Struct, frozen=True, kw_only=True, tag="prompt_read"):
    """A prompt has been read: the first event of an answer that asked for it, unless it is stopped before its first token."""

    token_ids: tuple[int, ...]
    num_cached_tokens: int = 0
    logprobs: tuple[TokenLogprobs | None, ...] = ()  # where asked for: of each token behind those before it; None for the first


class Piece(msgspec.Struct, frozen=True, kw_only=True, tag="piece"):
    """New text, whole characters only, with the ids of the tokens drawn since the last piece."""

    text: str
    token_ids: tuple[int, ...]
    logprobs: tuple[TokenLogprobs, ...] = ()  # one a token id, where the generation asked for them


class EndToken(msgspec.Struct, frozen=True, kw_only=True):
    """The token that ended an answer, where it is no part of it."""

    token_id: int
    logprobs: TokenLogprobs | None = None  # where the generation asked for them


class Finish(msgspec.Struct, frozen=True, kw_only=True, tag="finish"):
    """The end of an answer: exactly one, last, on every stream that did not raise an `EngineError`."""

    reason: FinishReason
    num_prompt_tokens: int
    num_completion_tokens: int
    num_cached_tokens: int = 0
    queue_time_s: float = 0.0  # from arrival at the engine to the start of its prefill
    prefill_time_s: float = 0.0  # from there to the first token
    adapter_digest: str | None = None  # of the version that answered, from the first token to the last; of several joined; None is the base
    stopped_by: str | None = None  # what `Engine.stop` gave as its reason; None where the answer ended by itself
    num_tokens_left: int = 0  # that the answer could still have taken
    end: EndToken | None = None


Event = PromptRead | Piece | Finish


def join_parts(parts: Iterable[str]) -> str:
    """Write the names or digests of several adapters, in the order of the request, as one; a single one stays as it is."""
    return ",".join(parts)  # which no name may hold (server/adapter_loading/names.py)


class ServedModel(msgspec.Struct, frozen=True, kw_only=True):
    """A name that requests may put into `model`: the base, or an adapter on it. Or several adapters that answer together, all in one."""

    id: str
    created: int  # Unix time, s
    parent: str | None = None  # the base's id, for an adapter
    root: str | None = None  # where it was loaded from
    digest: str | None = None  # content hash of an adapter's weights and scale
    state: AdapterState = "loaded"
    is_several: bool = False  # adapters together: their names and digests are joined


class AdapterStatus(msgspec.Struct, frozen=True, kw_only=True):
    """An adapter as it is served now: enough to tell two apart and to say what each was made of."""

    name: str
    state: AdapterState
    path: str
    revision: str | None  # the commit that it was fetched at, of an adapter from Hugging Face
    format: str  # mlx-lm, peft or mlx-vlm
    kind: str  # lora or dora
    digest: str
    rank: int  # the largest of its layers
    scale: float  # its own, as its configuration says
    targets: tuple[str, ...]  # the kinds of layer it touches, such as self_attn.q_proj
    share_of_layers: float  # of the base's linear layers, those it touches
    size_bytes: int  # of its tensors, in its file
    left_out: tuple[str, ...]  # parts of its file that change nothing of a text, such as the vision tower's tensors
    created: int  # when it was loaded: Unix time, s
    num_running: int  # requests that use it
    training: dict[str, int | float | str | None]  # what its files record of it, and as a plan or as done: adapters/files/training.py


class AdapterLoad(msgspec.Struct, frozen=True, kw_only=True):
    """How a load has ended. Refused: the adapter's own fault; failed: the engine's."""

    kind: LoadKind
    outcome: LoadOutcome
    duration_s: float
    has_evicted: bool  # whether another adapter has made way for it


@runtime_checkable
class AdapterHost(Protocol):
    """Loads, lists and unloads adapters while requests run. Raises AdapterError (adapters/errors.py)."""

    def statuses(self) -> tuple[AdapterStatus, ...]:
        """List the adapters that can be asked for."""
        ...

    def watch(self, note: Callable[[AdapterLoad], None]) -> None:
        """Have `note` told of every load when it has ended, and now of those before."""
        ...

    async def load(
        self,
        name: str,
        path: Path,
        *,
        replace: bool,
        within: Sequence[Path] | None = None,
        digest: str | None = None,
        revision: str | None = None,
    ) -> AdapterStatus:
        """Read and check the adapter in folder `path` beside the running requests, and serve it as `name` from one step to the next.

        With `replace` a version served under `name` gives way: requests that have begun end on it. With `within`, nothing is read
        that does not lie in one of these folders when it is read; with `digest`, nothing is served that has another.
        `revision` is the commit that it was fetched at. Raises AdapterError.
        """
        ...

    async def unload(self, name: str, *, force: bool) -> AdapterStatus:
        """Serve `name` no longer and free its memory once its requests have ended, or at once with `force`, which fails them.

        With `force` also where somebody has begun to unload it and waits.
        """
        ...


@runtime_checkable
class Texts(Protocol):
    """Text to tokens and back, as the model's tokenizer has it. Raises InvalidGeneration for ids that it does not know."""

    @property
    def context_size(self) -> int:
        """Tokens that a prompt and its answer may have together."""
        ...

    @property
    def named_tokens(self) -> Mapping[str, str]:
        """Special tokens as they are spelt, by name: `bos_token`, `eos_token`, `pad_token` and others, those that there are."""
        ...

    @property
    def chat_template(self) -> str:
        """The chat template as it is written."""
        ...

    def spell(self, token_id: int) -> bytes:
        """Give what a token stands for: perhaps a part of a character."""
        ...

    def decode(self, token_ids: Sequence[int]) -> str:
        """Give the text of tokens, special ones as they are spelt, as an answer's text is made."""
        ...

    async def encode(self, text: str, *, adds_special_tokens: bool) -> tuple[int, ...]:
        """Give the tokens of any text, in which control tokens may be spelt, with what the tokenizer puts around it if that is asked."""
        ...

    async def encode_messages(self, messages: Sequence[Message], *, beginning: str = "", opens_turn: bool = True) -> tuple[int, ...]:
        """Give the tokens of a conversation, with the model's turn opened at the end, and begun. Raises InvalidGeneration as `generate`."""
        ...


class MemoryUse(msgspec.Struct, frozen=True, kw_only=True):
    """Keys and values: what running rows may come to need, and what is kept of prompts for those that begin alike."""

    kv_bytes: int = 0  # reserved by running rows, at their longest
    kv_budget_bytes: int = 0
    prefix_cache_bytes: int = 0
    prefix_cache_budget_bytes: int = 0
    num_prefix_lookups: int = 0  # since the start: one a row
    num_prefix_hits: int = 0  # of these, how many found at least one token
    num_prefix_evictions: int = 0  # entries dropped for want of room


class Load(msgspec.Struct, frozen=True, kw_only=True):
    """How busy an engine is."""

    num_running: int  # rows, in prefill or decoded
    num_waiting: int  # rows
    num_prefilling: int = 0  # of those that run
    memory: MemoryUse = MemoryUse()


@runtime_checkable
class Engine(Protocol):
    """Produces answers. Every method is called on the event loop's thread and returns at once."""

    @property
    def fingerprint(self) -> str:
        """Digest of the base's weights and the engine's versions: the response's `system_fingerprint`."""
        ...

    @property
    def special_tokens(self) -> frozenset[str]:
        """The tokenizer's special tokens as they would be spelt in visible text."""
        ...

    @property
    def sampling_defaults(self) -> SamplingDefaults:
        """What the model's makers say of how to draw, for requests that do not."""
        ...

    @property
    def texts(self) -> Texts:
        """What its tokens mean."""
        ...

    @property
    def adapters(self) -> AdapterHost:
        """Where adapters are loaded and unloaded."""
        ...

    def models(self) -> tuple[ServedModel, ...]:
        """List what can be asked for, the base first."""
        ...

    def load(self) -> Load:
        """Count the running and the waiting rows."""
        ...

    def is_ready(self) -> bool:
        """Say whether a generation would be taken now: started, not draining, the engine thread alive."""
        ...

    def generate(self, generation: Generation) -> AsyncGenerator[Event]:
        """Stream one answer; closing the generator early cancels its row at the next step.

        Raises an `EngineError` (server/engine/errors.py) at the first event or later: bad input, queue full, draining, a failed row.
        """
        ...

    def stop(self, generation_id: str, *, reason: str, finish: FinishReason = "stop") -> None:
        """End an answer at the next step: with what was held back, and a `Finish` of `finish` that names `reason` in `stopped_by`.

        Pieces drawn until then still come. Nothing happens to an answer that has ended by then; one that waits ends without a token.
        """
        ...

    async def close(self, grace_s: float) -> None:
        """Take nothing new, let running rows end for up to `grace_s` seconds, cancel the rest, free the model."""
        ...
