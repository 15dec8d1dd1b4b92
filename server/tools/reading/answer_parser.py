"""From the text of an answer, as it comes, to its parts."""

import contextlib
from collections.abc import Callable, Sequence

from server.tools.parts import Part
from server.tools.reading.call_reader import CallReader
from server.tools.reading.part_writer import PartWriter
from server.tools.reading.reading import END
from server.tools.tool import Tool


class AnswerParser:
    """Tells calls from text in one answer; however it is cut into pieces, the parts join to the same.

    Text goes through at once, but for the few characters that may begin a call.
    """

    def __init__(self, tools: Sequence[Tool], *, is_parallel: bool, draw_id: Callable[[], str]) -> None:
        self._is_parallel = is_parallel
        self._writer = PartWriter(draw_id)
        self._reading = CallReader({tool.name: tool for tool in tools}, self._writer).read_answer()
        self._run = next(self._reading)

    @property
    def num_calls(self) -> int:
        """Calls that have begun."""
        return self._writer.num_calls

    @property
    def is_over(self) -> bool:
        """Whether the one call has ended that a request without parallel calls allows: nothing that follows belongs to the answer."""
        return not self._is_parallel and self._writer.num_ended > 0

    def feed(self, text: str) -> tuple[Part, ...]:
        """Read on; gives what is certain by now."""
        place = 0
        while place < len(text) and not self.is_over:
            run = None if self._run is None else self._run.match(text, place)
            sent = text[place] if run is None else run[0]
            self._run = self._reading.send(sent)
            place += len(sent)
        return self._writer.take()

    def end(self) -> tuple[Part, ...]:
        """Give what was held: the text is over, by its own end or at a limit."""
        if not self.is_over:
            with contextlib.suppress(StopIteration):
                while True:  # each reader that is under way asks once
                    self._reading.send(END)
        return self._writer.take()
