"""Makes the bodies of one response: what holds from its beginning to its end, and what is added to it."""

import time

import msgspec

from scoring.scores import Scores
from server.answers.answer import Scored
from server.engine.protocol import Finish
from server.exchange.metadata import AnswerHead, describe_answer, echo_metadata
from server.wire.responses_request import ResponsesRequest, TextFormat
from server.wire.responses_response import (
    IncompleteDetails,
    InputTokensDetails,
    OutputItem,
    ResponseBody,
    ResponseError,
    ResponseStatus,
    ResponseUsage,
    UsedText,
)


class ResponseHead(msgspec.Struct, frozen=True, kw_only=True):
    """What every body of a response repeats."""

    answer: AnswerHead
    request_id: str  # of which the ids of its items are made
    max_output_tokens: int | None  # None: the request names no limit
    request: ResponsesRequest


def begin_body(head: ResponseHead) -> ResponseBody:
    """Make the body of a response of which nothing has come."""
    return _make_body(head, "in_progress", (), metadata=echo_metadata(head.answer))


def end_body(head: ResponseHead, output: tuple[OutputItem, ...], scored: Scored) -> ResponseBody:
    """Make the body of a response that has ended; one that was cut off is incomplete, whatever cut it: `metadata.stopped_by` says what."""
    is_whole = scored.finish.reason == "stop"
    return _make_body(
        head,
        "completed" if is_whole else "incomplete",
        output,
        completed_at=int(time.time()) if is_whole else None,
        incomplete_details=None if is_whole else IncompleteDetails(),
        usage=count_usage(scored.finish),
        metadata=describe_answer(head.answer, scored),
        scores=scored.scores,
    )


def fail_body(head: ResponseHead, output: tuple[OutputItem, ...], error: ResponseError) -> ResponseBody:
    """Make the body of a response that has failed, with what there is of it."""
    return _make_body(head, "failed", output, error=error, metadata=echo_metadata(head.answer))


def count_usage(finish: Finish) -> ResponseUsage:
    """Count the tokens of a response."""
    return ResponseUsage(
        input_tokens=finish.num_prompt_tokens,
        input_tokens_details=InputTokensDetails(cached_tokens=finish.num_cached_tokens),
        output_tokens=finish.num_completion_tokens,
        total_tokens=finish.num_prompt_tokens + finish.num_completion_tokens,
    )


def _make_body(
    head: ResponseHead,
    status: ResponseStatus,
    output: tuple[OutputItem, ...],
    *,
    metadata: dict[str, str],
    completed_at: int | None = None,
    error: ResponseError | None = None,
    incomplete_details: IncompleteDetails | None = None,
    usage: ResponseUsage | None = None,
    scores: Scores | None = None,
) -> ResponseBody:
    answer, request = head.answer, head.request
    return ResponseBody(
        id=answer.id,
        created_at=answer.created,
        status=status,
        completed_at=completed_at,
        error=error,
        incomplete_details=incomplete_details,
        model=answer.model,
        output=output,
        usage=usage,
        metadata=metadata,
        scores=scores,
        system_fingerprint=answer.system_fingerprint,
        instructions=request.instructions,
        max_output_tokens=head.max_output_tokens,
        max_tool_calls=request.max_tool_calls,
        parallel_tool_calls=request.parallel_tool_calls is not False,
        prompt_cache_key=request.prompt_cache_key,
        safety_identifier=request.safety_identifier,
        temperature=answer.sampling.temperature,
        text=UsedText(format=_use_format(request)),
        tool_choice=request.tool_choice or "auto",
        tools=request.tools or (),
        top_logprobs=int(request.top_logprobs or 0),
        top_p=answer.sampling.top_p,
        user=request.user,
    )


def _use_format(request: ResponsesRequest) -> TextFormat:
    form = request.text.format if request.text else None
    return TextFormat(type="text") if form is None else form
