"""From what the answer gives to the bytes of a streamed response, event by event."""

from typing import Literal

from server.answers.answer import Scored
from server.answers.spoken import SpokenPiece
from server.engine.protocol import Piece, PromptRead
from server.exchange.logprobs import Spell
from server.responses.body import ResponseHead, begin_body, end_body, fail_body
from server.responses.call_events import CallEvents
from server.responses.event_writer import EventWriter
from server.responses.message_events import MessageEvents
from server.responses.output import Output
from server.responses.steps import Step, StepReader, Words
from server.tools.parts import CallArguments, CallBegin, CallEnd
from server.wire.error_body import ErrorBody, ErrorDetail
from server.wire.responses_events import ErrorEvent, ResponseBegun, ResponseEnded
from server.wire.responses_response import ResponseBody, ResponseError


class ResponseEvents:
    """Renders server-sent events. Where nothing is called there is a message, were it an empty one: clients look for the text in it."""

    def __init__(self, head: ResponseHead, spell: Spell) -> None:
        self._head = head
        self._reader = StepReader(spell)
        self._writer = EventWriter()
        self._output = Output(head.request_id)
        self._has_begun = False
        self._message: MessageEvents | None = None  # that is open
        self._call: CallEvents | None = None  # that is open
        self._body: ResponseBody | None = None

    def add(self, index: int, event: PromptRead | Piece) -> bytes:
        """Render what a piece brings, behind the events that open the response; this runs once a token."""
        if isinstance(event, PromptRead):
            return b""
        message = self._message
        if message is not None and not event.logprobs and not isinstance(event, SpokenPiece):
            return message.add(event.text) if event.text else b""
        return self._begin() + self._render(self._reader.read(event))

    def end(self, index: int, scored: Scored) -> bytes:
        """Render the end of the last item."""
        is_cut = scored.finish.reason == "length"
        events = self._begin() + self._render(self._reader.end())
        if not self._output:
            events += self._open_message()
        events += self._close_message(is_cut=is_cut)
        self._body = end_body(self._head, self._output.give(is_cut=is_cut), scored)
        return events

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
        failed = fail_body(self._head, self._output.give(is_cut=True), _convert_error(error))
        return opening + self._writer.write(event) + self._write_end("response.failed", failed)

    def _begin(self) -> bytes:
        """Render that there is to be a response; nothing where that has been said."""
        if self._has_begun:
            return b""
        self._has_begun = True
        body = begin_body(self._head)
        return self._write_begun("response.created", body) + self._write_begun("response.in_progress", body)

    def _render(self, steps: list[Step]) -> bytes:
        return b"".join([self._render_step(step) for step in steps])

    def _render_step(self, step: Step) -> bytes:
        match step:
            case Words():
                opening = b"" if self._message else self._open_message()
                assert self._message is not None
                return opening + self._message.add(step.text, step.logprobs)
            case CallBegin():
                closing = self._close_message(is_cut=False)
                self._call = CallEvents(self._output.open_call(step), len(self._output) - 1, self._writer)
                return closing + self._call.begin()
            case CallArguments() if self._call is not None:
                return self._call.add(step.text)
            case CallEnd() if self._call is not None:
                return self._call.end()
        return b""

    def _open_message(self) -> bytes:
        item = self._output.open_message()
        self._message = MessageEvents(item, len(self._output) - 1, self._writer)
        return self._message.begin()

    def _close_message(self, *, is_cut: bool) -> bytes:
        message, self._message = self._message, None
        return message.end(is_cut=is_cut) if message else b""

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
