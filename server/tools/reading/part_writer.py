"""Gathers what is read of an answer into parts; what is held may yet be text or the frame of a call."""

from collections.abc import Callable

from server.tools.parts import CallArguments, CallBegin, CallEnd, Part, TextPart


class PartWriter:
    """Parts come out as few as they can be: neighbours of a kind are joined."""

    def __init__(self, draw_id: Callable[[], str]) -> None:
        self._draw_id = draw_id
        self._parts: list[Part] = []
        self._texts: list[str] = []  # of one part to come
        self._arguments: list[str] = []  # of one part to come
        self._held: list[str] = []
        self._is_open = False
        self.num_held = 0  # characters
        self.num_calls = 0  # begun
        self.is_behind_call = False  # no text has come since the last one

    @property
    def num_ended(self) -> int:
        """Calls that have ended."""
        return self.num_calls - self._is_open

    def hold(self, text: str) -> None:
        """Keep back what may turn out either way."""
        self._held.append(text)
        self.num_held += len(text)

    def drop(self) -> str:
        """Forget what was held, which was the frame of a call, and give it."""
        held = "".join(self._held)
        self._held.clear()
        self.num_held = 0
        return held

    def release(self) -> None:
        """Let what was held be text, and end a call that breaks off."""
        self.end_call()
        self.write(self.drop())

    def write(self, text: str) -> None:
        """Add text."""
        if text:
            self._texts.append(text)
            self.is_behind_call = False

    def begin_call(self, name: str) -> None:
        """Begin a call; what was held was its frame."""
        self.drop()
        self._flush()
        self._parts.append(CallBegin(index=self.num_calls, id=self._draw_id(), name=name))
        self._is_open = True
        self.num_calls += 1

    def argue(self, text: str) -> None:
        """Add to the arguments of the call that has begun."""
        self._arguments.append(text)

    def end_call(self) -> None:
        """End the call that has begun, if one has."""
        if self._is_open:
            self._flush()
            self._parts.append(CallEnd(index=self.num_calls - 1))
            self._is_open = False
            self.is_behind_call = True

    def write_call(self, name: str, arguments: str) -> None:
        """Add a call as a whole."""
        self.begin_call(name)
        self.argue(arguments)
        self.end_call()

    def take(self) -> tuple[Part, ...]:
        """Give the parts since the last time; what is held stays."""
        self._flush()
        parts = tuple(self._parts)
        self._parts.clear()
        return parts

    def _flush(self) -> None:
        if self._texts:
            self._parts.append(TextPart(text="".join(self._texts)))
            self._texts.clear()
        if self._arguments:
            self._parts.append(CallArguments(index=self.num_calls - 1, text="".join(self._arguments)))
            self._arguments.clear()
