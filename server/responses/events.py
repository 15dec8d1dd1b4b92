"""From what the answer gives to the bytes of a streamed response, event by event."""

from typing import Literal

from server.answers.answer import Scored
from server.engine.protocol import Piece, PromptRead
from server.responses.body import ResponseHead, begin_body, end_body, fail_body
from server.responses.event_writer import EventWriter
from server.responses.message_events import MessageEvents
from server.responses.output import name_message
from server.wire.error_body import ErrorBody, ErrorDetail
from server.wire.responses_events import ErrorEvent, ResponseBegun, ResponseEnded
from server.wire.responses_response import ResponseBody, ResponseError


class ResponseEvents:
    """Renders server-sent events. There is always a message, were it an empty one: clients look for the text of a response in it."""

    def __init__(self, head: ResponseHead) -> None:
        self._head = head
        self._writer = EventWriter()
        self._has_begun = False
        self._message: MessageEvents | None = None
        self._body: ResponseBody | None = None

    def add(self, index: int, event: PromptRead | Piece) -> bytes:
        """Render a piece's text, behind the events that open its message; this runs once a token."""
        return self._add_text(event.text) if isinstance(event, Piece) else b""

    def _add_text(self, text: str) -> bytes:
        message = self._message
        if message is not None:
            return message.add(text) if text else b""
        opening = self._begin()
        if not text:
            return opening
        message, beginning = self._open_message()
        return opening + beginning + message.add(text)

    def end(self, index: int, scored: Scored) -> bytes:
        """Render the end of the message."""
        events = self._begin()
        message = self._message
        if message is None:
            message, beginning = self._open_message()
            events += beginning
        reason = scored.finish.reason
        self._body = end_body(self._head, (message.give(reason),), scored)
        return events + message.end(reason)

    def close(self) -> bytes:
        """Render the end of the response, with everything that is known of it."""
        body = self._body
        if body is None:
            raise RuntimeError("a response is closed whose answer has not ended")
        return self._write_end("response.completed" if body.status == "completed" else "response.incomplete", body)

    def fail(self, body: ErrorBody) -> bytes:
        """Render an error that came when the stream had begun: the event at which SDKs raise, and the response as it is left."""
        opening = self._begin()
        error = body.error
        event = ErrorEvent(
            sequence_number=self._writer.number(),
            code=error.code or error.type,
            message=error.message,
            param=error.param,
            error=ErrorDetail(message=error.message, type=error.type, param=error.param, code=error.code or error.type),
        )
        output = () if self._message is None else (self._message.give("length"),)
        failed = fail_body(self._head, output, _convert_error(error))
        return opening + self._writer.write(event) + self._write_end("response.failed", failed)

    def _begin(self) -> bytes:
        """Render that there is to be a response; nothing where that has been said."""
        if self._has_begun:
            return b""
        self._has_begun = True
        body = begin_body(self._head)
        return self._write_begun("response.created", body) + self._write_begun("response.in_progress", body)

    def _open_message(self) -> tuple[MessageEvents, bytes]:
        message = self._message = MessageEvents(name_message(self._head.request_id, 0), 0, self._writer)
        return message, message.begin()

    def _write_begun(self, type: Literal["response.created", "response.in_progress"], body: ResponseBody) -> bytes:
        return self._writer.write(ResponseBegun(type=type, sequence_number=self._writer.number(), response=body))

    def _write_end(self, type: Literal["response.completed", "response.incomplete", "response.failed"], body: ResponseBody) -> bytes:
        return self._writer.write(ResponseEnded(type=type, sequence_number=self._writer.number(), response=body))


def _convert_error(error: ErrorDetail) -> ResponseError:
    """Convert to the codes that OpenAI's responses know."""
    match error:
        case ErrorDetail(code="rate_limit_exceeded"):
            return ResponseError(code="rate_limit_exceeded", message=error.message)
        case ErrorDetail(type="invalid_request_error"):
            return ResponseError(code="invalid_prompt", message=error.message)
        case _:
            return ResponseError(code="server_error", message=error.message)
