"""Follows a call written as in Python, to its closing parenthesis."""

from collections.abc import Callable

from server.tools.reading.reading import END, Deviation, Reading

MAX_LENGTH = 1 << 16  # of a call's arguments; they cannot go out before they are whole
MAX_DEPTH = 32

_CLOSERS = {"(": ")", "[": "]", "{": "}"}
_ENDS = frozenset(_CLOSERS.values())
_QUOTES = frozenset("'\"")


class PythonReader:
    """Finds where a call's arguments end, its strings and brackets heeded; gives each character to `take`."""

    def __init__(self, take: Callable[[str], None]) -> None:
        self._give = take
        self._num_taken = 0

    def read_arguments(self) -> Reading[None]:
        """Read from behind the opening parenthesis through the closing one; raises Deviation where they cannot be arguments."""
        closers = [")"]
        character = yield None
        while True:
            if character in _QUOTES:
                character = yield from self._read_string(character)
                continue
            if character == END or len(closers) > MAX_DEPTH or (character in _ENDS and character != closers[-1]):
                raise Deviation(character)
            self._take(character)
            if character in _CLOSERS:
                closers.append(_CLOSERS[character])
            elif character in _ENDS:
                closers.pop()
                if not closers:
                    return
            character = yield None

    def _read_string(self, quote: str) -> Reading[str]:
        """Read a string from its opening quote, one or three; gives the character behind it."""
        self._take(quote)
        character = yield None
        num_quotes = 1
        if character == quote:
            self._take(character)
            if (character := (yield None)) != quote:
                return character  # an empty one
            self._take(character)
            num_quotes = 3
            character = yield None
        num_seen = 0
        while True:
            if character == END or (character == "\n" and num_quotes == 1):
                raise Deviation(character)
            self._take(character)
            num_seen = num_seen + 1 if character == quote else 0
            if num_seen == num_quotes:
                return (yield None)
            if character == "\\":
                if (character := (yield None)) == END:
                    raise Deviation(character)
                self._take(character)
            character = yield None

    def _take(self, character: str) -> None:
        if self._num_taken == MAX_LENGTH:
            raise Deviation(character)
        self._num_taken += 1
        self._give(character)
