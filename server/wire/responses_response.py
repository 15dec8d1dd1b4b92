"""The body that answers `POST /v1/responses`; in a stream it is in the events that begin and end it."""

from typing import Literal

import msgspec

from scoring.scores import Scores
from server.wire.logprobs import TokenLogprob
from server.wire.responses_request import TextFormat
from server.wire.responses_tools import ChoiceOfTools, OfferedTool

ItemStatus = Literal["in_progress", "completed", "incomplete"]
ResponseStatus = Literal["in_progress", "completed", "incomplete", "failed"]


class OutputText(msgspec.Struct, frozen=True, kw_only=True):
    """The text of a message."""

    type: Literal["output_text"] = "output_text"
    text: str
    annotations: tuple[()] = ()
    logprobs: tuple[TokenLogprob, ...] = ()  # where they were asked for


class OutputMessage(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="message"):
    """What the model says."""

    id: str
    status: ItemStatus
    role: Literal["assistant"] = "assistant"
    content: tuple[OutputText, ...]


class OutputCall(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="function_call"):
    """A function that the model calls."""

    id: str
    call_id: str  # which what comes of it names
    name: str
    arguments: str  # a JSON text; where the answer breaks off, the beginning of one
    status: ItemStatus


OutputItem = OutputMessage | OutputCall


class InputTokensDetails(msgspec.Struct, frozen=True, kw_only=True):
    """Where the prompt's tokens came from."""

    cached_tokens: int
    cache_write_tokens: int = 0  # OpenAI counts those that it charges for


class OutputTokensDetails(msgspec.Struct, frozen=True, kw_only=True):
    """What the answer's tokens are."""

    reasoning_tokens: int = 0


class ResponseUsage(msgspec.Struct, frozen=True, kw_only=True):
    """Tokens in and out."""

    input_tokens: int
    input_tokens_details: InputTokensDetails
    output_tokens: int
    output_tokens_details: OutputTokensDetails = OutputTokensDetails()
    total_tokens: int


class IncompleteDetails(msgspec.Struct, frozen=True, kw_only=True):
    """Why a response is not whole."""

    reason: Literal["max_output_tokens"] = "max_output_tokens"


class ResponseError(msgspec.Struct, frozen=True, kw_only=True):
    """Why a response has failed, by one of OpenAI's codes."""

    code: Literal["server_error", "rate_limit_exceeded", "invalid_prompt"]
    message: str


class UsedText(msgspec.Struct, frozen=True, kw_only=True):
    """The form of the text."""

    format: TextFormat = TextFormat(type="text")


class UsedReasoning(msgspec.Struct, frozen=True, kw_only=True):
    """There is none, whatever was asked for."""

    effort: None = None
    summary: None = None


class ResponseBody(msgspec.Struct, frozen=True, kw_only=True):
    """A response, begun or at its end. Of the request's fields it says what holds, which may not be what was asked for."""

    id: str
    object: Literal["response"] = "response"
    created_at: int
    status: ResponseStatus
    completed_at: int | None = None
    error: ResponseError | None = None
    incomplete_details: IncompleteDetails | None = None
    model: str
    output: tuple[OutputItem, ...] = ()
    usage: ResponseUsage | None = None
    metadata: dict[str, str]
    scores: Scores | None = None
    system_fingerprint: str

    # The request's
    background: Literal[False] = False
    instructions: str | None
    max_output_tokens: int | None
    max_tool_calls: int | None
    parallel_tool_calls: bool
    previous_response_id: None = None
    prompt_cache_key: str | None
    reasoning: UsedReasoning = UsedReasoning()
    safety_identifier: str | None
    service_tier: Literal["default"] = "default"
    store: Literal[False] = False
    temperature: float
    text: UsedText = UsedText()
    tool_choice: ChoiceOfTools
    tools: tuple[OfferedTool, ...] = ()
    top_logprobs: int = 0
    top_p: float
    truncation: Literal["disabled"] = "disabled"
    user: str | None
