"""The events of one message of a streamed response."""

from typing import Literal

import msgspec

from server.responses.event_writer import EventWriter
from server.responses.output import MessageItem
from server.wire.logprobs import TokenLogprob
from server.wire.responses_events import ContentPartEvent, ItemEvent, TextDelta, TextDone
from server.wire.responses_response import OutputMessage, OutputText


class MessageEvents:
    """Renders a message as it comes: `begin`, then `add` for each piece of its text, then `end`."""

    def __init__(self, item: MessageItem, place: int, writer: EventWriter) -> None:
        self._item = item
        self._place = place
        self._writer = writer
        self._encode = msgspec.json.Encoder().encode
        # Of most deltas only the text and the number change: the rest is encoded once. The markers are their places.
        frame = writer.write(TextDelta(item_id=item.id, output_index=place, delta="\x00", sequence_number=0))
        self._before, behind = frame.split(b'"\\u0000"')
        self._between, self._after = behind.rsplit(b"0", 1)

    def begin(self) -> bytes:
        """Render the beginnings of the message and of its one part."""
        item = OutputMessage(id=self._item.id, status="in_progress", content=())
        return self._write_item("response.output_item.added", item) + self._write_part("response.content_part.added", OutputText(text=""))

    def add(self, text: str, logprobs: tuple[TokenLogprob, ...] = ()) -> bytes:
        """Render more of the text; this runs once a token."""
        self._item.add(text, logprobs)
        number = self._writer.number()
        if logprobs:
            delta = TextDelta(item_id=self._item.id, output_index=self._place, delta=text, logprobs=logprobs, sequence_number=number)
            return self._writer.write(delta)
        return b"%b%b%b%d%b" % (self._before, self._encode(text), self._between, number, self._after)

    def end(self, *, is_cut: bool) -> bytes:
        """Render the ends of the text, of its part and of the message."""
        item = self._item.give(is_cut=is_cut)
        (part,) = item.content
        number = self._writer.number()
        done = TextDone(sequence_number=number, item_id=item.id, output_index=self._place, text=part.text, logprobs=part.logprobs)
        events = self._writer.write(done) + self._write_part("response.content_part.done", part)
        return events + self._write_item("response.output_item.done", item)

    def _write_item(self, type: Literal["response.output_item.added", "response.output_item.done"], item: OutputMessage) -> bytes:
        event = ItemEvent(type=type, sequence_number=self._writer.number(), output_index=self._place, item=item)
        return self._writer.write(event)

    def _write_part(self, type: Literal["response.content_part.added", "response.content_part.done"], part: OutputText) -> bytes:
        event = ContentPartEvent(
            type=type, sequence_number=self._writer.number(), item_id=self._item.id, output_index=self._place, part=part
        )
        return self._writer.write(event)
