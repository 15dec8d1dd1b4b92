"""The bodies that answer `POST /v1/completions`: one whole, or chunks of the same form."""

from typing import Literal

import msgspec

from scoring.scores import Scores
from server.engine.protocol import FinishReason
from server.wire.usage import Usage


class CompletionLogprobs(msgspec.Struct, frozen=True, kw_only=True):
    """OpenAI's older form: lists with a place for each token, of the prompt's too where it is echoed. The very first has none."""

    tokens: tuple[str, ...]  # half a character is U+FFFD
    token_logprobs: tuple[float | None, ...]
    top_logprobs: tuple[dict[str, float] | None, ...]  # the likeliest, and the token itself
    text_offset: tuple[int, ...]  # characters of the choice's text in front of each


class CompletionChoice(msgspec.Struct, frozen=True, kw_only=True):
    """One of the answers, or what a chunk adds to it."""

    index: int
    text: str
    logprobs: CompletionLogprobs | None = None
    finish_reason: FinishReason | None = None
    scores: Scores | msgspec.UnsetType | None = msgspec.UNSET


class Completion(msgspec.Struct, frozen=True, kw_only=True):
    """A whole reply, or one server-sent event of a streamed one."""

    id: str
    object: Literal["text_completion"] = "text_completion"
    created: int
    model: str
    system_fingerprint: str
    choices: tuple[CompletionChoice, ...]
    usage: Usage | msgspec.UnsetType | None = msgspec.UNSET
    metadata: dict[str, str] | msgspec.UnsetType = msgspec.UNSET
