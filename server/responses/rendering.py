"""From what the answer gives to the bytes of a whole response."""

import msgspec

from server.answers.answer import Scored
from server.engine.protocol import Piece, PromptRead
from server.exchange.logprobs import Spell
from server.responses.body import ResponseHead, end_body
from server.responses.output import CallItem, Output
from server.responses.steps import Step, StepReader, Words
from server.tools.parts import CallArguments, CallBegin
from server.wire.error_body import ErrorBody


class WholeResponse:
    """Gathers the answer and renders it at the end, as one JSON object."""

    def __init__(self, head: ResponseHead, spell: Spell) -> None:
        self._head = head
        self._reader = StepReader(spell)
        self._output = Output(head.request_id)
        self._call: CallItem | None = None
        self._body = b""

    def add(self, index: int, event: PromptRead | Piece) -> bytes:
        """Keep what a piece brings."""
        if isinstance(event, Piece):
            for step in self._reader.read(event):
                self._keep(step)
        return b""

    def end(self, index: int, scored: Scored) -> bytes:
        """Keep the whole of it."""
        for step in self._reader.end():
            self._keep(step)
        if not self._output:
            self._output.open_message()
        output = self._output.give(is_cut=scored.finish.reason == "length")
        self._body = msgspec.json.encode(end_body(self._head, output, scored))
        return b""

    def close(self) -> bytes:
        """Give all of it."""
        return self._body

    def fail(self, body: ErrorBody) -> bytes:
        """Give nothing: a whole reply that fails is another reply."""
        return b""

    def _keep(self, step: Step) -> None:
        match step:
            case Words():
                self._output.open_message().add(step.text, step.logprobs)
            case CallBegin():
                self._call = self._output.open_call(step)
            case CallArguments() if self._call is not None:
                self._call.add(step.text)
