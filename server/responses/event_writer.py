"""Writes the events of one response as server-sent ones: each has its name, and its place among them from 0."""

from itertools import count

import msgspec

from server.wire.responses_events import ResponseEvent


class EventWriter:
    """Counts what it writes: an event takes its number as it is made, and they are written in that order."""

    def __init__(self) -> None:
        self._numbers = count()
        self._encode = msgspec.json.Encoder().encode

    def number(self) -> int:
        """Give the next event's place."""
        return next(self._numbers)

    def write(self, event: ResponseEvent) -> bytes:
        """Write an event."""
        return b"event: %b\ndata: %b\n\n" % (event.type.encode(), self._encode(event))
