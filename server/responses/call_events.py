"""The events of one call in a streamed response."""

from typing import Literal

from server.responses.event_writer import EventWriter
from server.responses.output import CallItem
from server.wire.responses_events import ArgumentsDelta, ArgumentsDone, ItemEvent
from server.wire.responses_response import OutputCall


class CallEvents:
    """Renders a call as it comes: `begin`, then `add` for each piece of its arguments, then `end`."""

    def __init__(self, item: CallItem, place: int, writer: EventWriter) -> None:
        self._item = item
        self._place = place
        self._writer = writer

    def begin(self) -> bytes:
        """Render the call without its arguments."""
        return self._write_item("response.output_item.added", self._item.begin())

    def add(self, arguments: str) -> bytes:
        """Render more of the arguments."""
        self._item.add(arguments)
        number = self._writer.number()
        return self._writer.write(ArgumentsDelta(sequence_number=number, item_id=self._item.id, output_index=self._place, delta=arguments))

    def end(self) -> bytes:
        """Render the ends of the arguments and of the call."""
        call = self._item.give()
        number = self._writer.number()
        done = ArgumentsDone(sequence_number=number, item_id=call.id, output_index=self._place, arguments=call.arguments)
        return self._writer.write(done) + self._write_item("response.output_item.done", call)

    def _write_item(self, type: Literal["response.output_item.added", "response.output_item.done"], item: OutputCall) -> bytes:
        event = ItemEvent(type=type, sequence_number=self._writer.number(), output_index=self._place, item=item)
        return self._writer.write(event)
