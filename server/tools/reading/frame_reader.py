"""Reads the frame of a call, what stands around its arguments: all of it is held until it is known to be one, or is text after all."""

import string

from server.tools.reading.part_writer import PartWriter
from server.tools.reading.reading import Deviation, Reading

MAX_FRAME_LENGTH = 512  # characters held before a call's arguments begin, white space included
MAX_NAME_LENGTH = 128
NAME = frozenset(string.ascii_letters + string.digits + "_.-")  # what functions may be called

_SPACES = frozenset(" \t\n\r")


class FrameReader:
    """Reads piece by piece; what is not as expected raises Deviation."""

    def __init__(self, writer: PartWriter) -> None:
        self._writer = writer

    def hold_key(self, character: str) -> Reading[tuple[str, str]]:
        """Hold a key with its colon; gives it and the first character of its value."""
        character = yield from self.hold_space(character)
        if character != '"':
            raise Deviation(character)
        key = yield from self.hold_text()
        character = yield from self.hold_space((yield None))
        if character != ":":
            raise Deviation(character)
        self.hold(character)
        return key, (yield from self.hold_space((yield None)))

    def hold_text(self) -> Reading[str]:
        """Hold a word in quotes, behind its opening one, and give it."""
        self.hold('"')
        word, character = yield from self.hold_name((yield None))
        if character != '"':
            raise Deviation(character)
        self.hold(character)
        return word

    def hold_name(self, character: str) -> Reading[tuple[str, str]]:
        """Hold what may be a function's name, and give it with the character behind it."""
        return (yield from self.hold_word(character, NAME, MAX_NAME_LENGTH))

    def hold_word(self, character: str, allowed: frozenset[str], max_length: int) -> Reading[tuple[str, str]]:
        """Hold characters of a kind, and give them with the one behind them."""
        word: list[str] = []
        while character in allowed:
            if len(word) == max_length:
                raise Deviation(character)
            word.append(character)
            self.hold(character)
            character = yield None
        return "".join(word), character

    def hold_space(self, character: str) -> Reading[str]:
        """Hold white space, and give the character behind it."""
        while character in _SPACES:
            self.hold(character)
            character = yield None
        return character

    def expect(self, text: str) -> Reading[None]:
        """Hold a text whose first character has come."""
        self.hold(text[0])
        for expected in text[1:]:
            if (character := (yield None)) != expected:
                raise Deviation(character)
            self.hold(character)

    def hold(self, character: str) -> None:
        """Hold a character; raises Deviation where that would be too many."""
        if self._writer.num_held >= MAX_FRAME_LENGTH:
            raise Deviation(character)
        self._writer.hold(character)
