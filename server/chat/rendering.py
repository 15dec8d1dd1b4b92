"""From what an answer's run gives to the bytes of an answer: pure, whole or chunk by chunk."""

import msgspec

from server.adapter_loading.names import NO_ADAPTER
from server.answers.answer import Scored
from server.engine.protocol import Finish, Sampling, ServedModel
from server.wire.chat_response import (
    ChatChunk,
    ChatCompletion,
    Choice,
    ChunkChoice,
    Delta,
    PromptTokensDetails,
    ResponseMessage,
    Usage,
)
from server.wire.error_body import ErrorBody

STREAM_END = b"data: [DONE]\n\n"
KEEP_ALIVE = b": keep-alive\n\n"  # a comment

# What the metadata does not say of every answer: never echoed from a request either, or it would read as if candor had said it.
SOMETIMES_OURS = frozenset({"scorer", "scorer_version", "lek_score", "degeneration_flags", "stopped_by", "adapter_scale"})


class AnswerHead(msgspec.Struct, frozen=True, kw_only=True):
    """What every chunk of one answer repeats, and what its metadata says of the request."""

    id: str
    created: int
    model: str  # as asked for
    system_fingerprint: str
    served: ServedModel
    adapter_scale: float
    sampling: Sampling
    request_metadata: dict[str, str]


def render_completion(head: AnswerHead, text: str, scored: Scored) -> bytes:
    """Render a whole answer as JSON."""
    choice = Choice(message=ResponseMessage(content=text), finish_reason=scored.finish.reason, scores=scored.scores)
    completion = ChatCompletion(
        id=head.id,
        created=head.created,
        model=head.model,
        system_fingerprint=head.system_fingerprint,
        choices=(choice,),
        usage=_count_usage(scored.finish),
        metadata=_describe_answer(head, scored),
    )
    return msgspec.json.encode(completion)


def render_error_event(body: ErrorBody) -> bytes:
    """Render an error that came when the answer had begun, as the SDKs expect it."""
    return b"data: %b\n\n" % msgspec.json.encode(body)


class ChunkRenderer:
    """Renders the server-sent events of one answer.

    Usage is on exactly one chunk, since some clients add up what they see: the one with `finish_reason`, or OpenAI's extra
    chunk without choices when the request asked for that with `include_usage`.
    """

    def __init__(self, head: AnswerHead, *, include_usage: bool) -> None:
        self._head = head
        self._include_usage = include_usage
        self._encode = msgspec.json.Encoder().encode
        # Of a content chunk only the text changes: the rest is encoded once. json.dumps-like, the marker is the text's place.
        before, after = self._render(Delta(content="\x00"), None).split(b'"\\u0000"')
        self._before_text = before
        self._after_text = after

    def render_start(self) -> bytes:
        """Render the chunk that opens the message."""
        return self._render(Delta(role="assistant", content="", refusal=None), None)

    def render_text(self, text: str) -> bytes:
        """Render a chunk of text; this runs once a token."""
        return b"%b%b%b" % (self._before_text, self._encode(text), self._after_text)

    def render_finish(self, scored: Scored) -> bytes:
        """Render the end of the message, with usage, scores and metadata."""
        last = self._render(Delta(), scored)
        if self._include_usage:
            last += self._to_event(self._make_chunk((), usage=_count_usage(scored.finish)))
        return last + STREAM_END

    def _render(self, delta: Delta, scored: Scored | None) -> bytes:
        if scored is None:
            no_usage = None if self._include_usage else msgspec.UNSET
            return self._to_event(self._make_chunk((ChunkChoice(delta=delta),), usage=no_usage))
        choice = ChunkChoice(delta=delta, finish_reason=scored.finish.reason, scores=scored.scores)
        usage = None if self._include_usage else _count_usage(scored.finish)
        return self._to_event(self._make_chunk((choice,), usage=usage, metadata=_describe_answer(self._head, scored)))

    def _make_chunk(
        self,
        choices: tuple[ChunkChoice, ...],
        *,
        usage: Usage | msgspec.UnsetType | None,
        metadata: dict[str, str] | msgspec.UnsetType = msgspec.UNSET,
    ) -> ChatChunk:
        head = self._head
        return ChatChunk(
            id=head.id,
            created=head.created,
            model=head.model,
            system_fingerprint=head.system_fingerprint,
            choices=choices,
            usage=usage,
            metadata=metadata,
        )

    def _to_event(self, chunk: ChatChunk) -> bytes:
        return b"data: %b\n\n" % self._encode(chunk)


def write_shortest(number: float) -> str:
    """Write a number with no needless digit: 11, -20, 1.5."""
    return str(int(number)) if number == int(number) else repr(float(number))


def write_sampling(sampling: Sampling) -> str:
    """Write all of a sampling as compact JSON, the keys in the order of `Sampling`, numbers with no needless digit."""
    values = msgspec.structs.asdict(sampling)
    # Integers are left alone: a seed may have more digits than a float holds.
    return msgspec.json.encode(
        {name: int(value) if isinstance(value, float) and value.is_integer() else value for name, value in values.items()}
    ).decode()


def _count_usage(finish: Finish) -> Usage:
    return Usage(
        prompt_tokens=finish.num_prompt_tokens,
        completion_tokens=finish.num_completion_tokens,
        total_tokens=finish.num_prompt_tokens + finish.num_completion_tokens,
        prompt_tokens_details=PromptTokensDetails(cached_tokens=finish.num_cached_tokens),
    )


def _describe_answer(head: AnswerHead, scored: Scored) -> dict[str, str]:
    """Join the request's metadata and ours, which wins a clash."""
    finish = scored.finish
    metadata = {key: value for key, value in head.request_metadata.items() if key not in SOMETIMES_OURS}
    if (scores := scored.scores) is not None:
        metadata["scorer"] = scores.scorer
        metadata["scorer_version"] = scores.scorer_version
        metadata["lek_score"] = write_shortest(scores.lek_score)
        metadata |= {dimension: write_shortest(value) for dimension, value in scores.heuristic.items()}
        metadata["degeneration_flags"] = ",".join(dict.fromkeys(flag.flag for flag in scores.degeneration.flags))
    if finish.stopped_by is not None:
        metadata["stopped_by"] = finish.stopped_by
    metadata["adapter"] = NO_ADAPTER if head.served.parent is None else head.served.id
    # Of the version that answered: the one that is served under the name may be another by now.
    metadata["adapter_digest"] = finish.adapter_digest or NO_ADAPTER
    if head.adapter_scale != 1:
        metadata["adapter_scale"] = write_shortest(head.adapter_scale)
    metadata["sampling"] = write_sampling(head.sampling)
    return metadata
