"""The events of a streamed response, in the order in which they come; `ResponseEnded` is in place of what has not come."""

from typing import Literal

import msgspec

from server.wire.error_body import ErrorDetail
from server.wire.logprobs import TokenLogprob
from server.wire.responses_response import OutputItem, OutputText, ResponseBody


class ResponseBegun(msgspec.Struct, frozen=True, kw_only=True):
    """There is to be a response."""

    type: Literal["response.created", "response.in_progress"]
    sequence_number: int
    response: ResponseBody


class ItemEvent(msgspec.Struct, frozen=True, kw_only=True):
    """An item begins, or is whole."""

    type: Literal["response.output_item.added", "response.output_item.done"]
    sequence_number: int
    output_index: int
    item: OutputItem


class ContentPartEvent(msgspec.Struct, frozen=True, kw_only=True):
    """A part of a message begins, or is whole."""

    type: Literal["response.content_part.added", "response.content_part.done"]
    sequence_number: int
    item_id: str
    output_index: int
    content_index: int = 0
    part: OutputText


class TextDelta(msgspec.Struct, frozen=True, kw_only=True):
    """More of a message's text."""

    type: Literal["response.output_text.delta"] = "response.output_text.delta"
    item_id: str
    output_index: int
    content_index: int = 0
    delta: str
    logprobs: tuple[TokenLogprob, ...] = ()
    sequence_number: int  # last: `server/responses/message_events.py` writes it anew for each


class TextDone(msgspec.Struct, frozen=True, kw_only=True):
    """A message's text is whole."""

    type: Literal["response.output_text.done"] = "response.output_text.done"
    sequence_number: int
    item_id: str
    output_index: int
    content_index: int = 0
    text: str
    logprobs: tuple[TokenLogprob, ...] = ()


class ArgumentsDelta(msgspec.Struct, frozen=True, kw_only=True):
    """More of a call's arguments."""

    type: Literal["response.function_call_arguments.delta"] = "response.function_call_arguments.delta"
    sequence_number: int
    item_id: str
    output_index: int
    delta: str


class ArgumentsDone(msgspec.Struct, frozen=True, kw_only=True):
    """A call's arguments are whole, or all that there will be of them."""

    type: Literal["response.function_call_arguments.done"] = "response.function_call_arguments.done"
    sequence_number: int
    item_id: str
    output_index: int
    arguments: str


class ResponseEnded(msgspec.Struct, frozen=True, kw_only=True):
    """The response is over; this is the last event."""

    type: Literal["response.completed", "response.incomplete", "response.failed"]
    sequence_number: int
    response: ResponseBody


class ErrorEvent(msgspec.Struct, frozen=True, kw_only=True):
    """The response fails, which `response.failed` says once more.

    OpenAI's documentation has the fields at the top and its servers send them in `error`, at which its SDKs raise: here they are in both.
    """

    type: Literal["error"] = "error"
    sequence_number: int
    code: str | int | None
    message: str
    param: str | None
    error: ErrorDetail


ResponseEvent = (
    ResponseBegun | ItemEvent | ContentPartEvent | TextDelta | TextDone | ArgumentsDelta | ArgumentsDone | ErrorEvent | ResponseEnded
)
