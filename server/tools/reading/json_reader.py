"""Follows JSON as it comes, to where it ends or ceases to be JSON (RFC 8259)."""

import re
from collections.abc import Callable

from server.tools.reading.reading import END, Deviation, Reading

MAX_DEPTH = 128  # further in, it is not followed

_PLAIN = re.compile(r'[^"\\\x00-\x1f]+')  # in a string
_SPACE = re.compile(r"[ \t\n\r]+")
_DIGITS = re.compile(r"[0-9]+")
_CLOSERS = {"{": "}", "[": "]"}
_LITERALS = {"true": "true", "false": "false", "null": "null", "True": "true", "False": "false", "None": "null"}
_LITERALS_BY_START = {spelt[0]: (spelt, meant) for spelt, meant in _LITERALS.items()}
_ESCAPABLE = frozenset('"\\/bfnrt')
_HEX_DIGITS = frozenset("0123456789abcdefABCDEF")
_DIGIT = frozenset("0123456789")
_SPACES = frozenset(" \t\n\r")


class JsonReader:
    """Gives what it reads to `take`, character by character or in runs; raises Deviation where it is no JSON.

    Habits of models are mended on the way: a control character in a string is escaped, an escaped apostrophe is an apostrophe, a comma
    in front of a closing bracket is left out, and Python's literals are JSON's.
    """

    def __init__(self, take: Callable[[str], None]) -> None:
        self._take = take

    def read_object(self) -> Reading[None]:
        """Read an object behind its opening brace, through its closing one."""
        self._take("{")
        character = yield from self._pass_space((yield _SPACE))
        if character == "}":
            self._take(character)
        else:
            yield from self.read_members(character)

    def read_members(self, character: str) -> Reading[None]:
        """Read an object from the quote in front of a key, through its closing brace."""
        closers = ["}"]
        character = yield from self._read_key(character)
        while closers:
            # 1. A value, or the opening of one.
            if character in _CLOSERS:
                if len(closers) == MAX_DEPTH:
                    raise Deviation(character)
                closers.append(_CLOSERS[character])
                self._take(character)
                character = yield from self._pass_space((yield _SPACE))
                if character != closers[-1]:
                    character = yield from self._begin_item(character, closers)
                    continue
            else:
                character = yield from self._pass_space((yield from self._read_scalar(character)))
            # 2. What may stand behind it: the ends of all that it is the last of, or the next.
            while True:
                comma, character = yield from self._pass_comma(character)
                if character != closers[-1]:
                    break
                self._take(closers.pop())
                if not closers:
                    return
                character = yield from self._pass_space((yield _SPACE))
            if not comma:
                raise Deviation(character)
            self._take(comma)
            character = yield from self._begin_item(character, closers)

    def read_string(self) -> Reading[None]:
        """Read a string behind its opening quote, through its closing one."""
        self._take('"')
        while (character := (yield _PLAIN)) != '"':
            if character == "\\":
                yield from self._read_escape()
            elif character == END:
                raise Deviation(character)
            else:
                self._take(character if character >= " " else f"\\u{ord(character):04x}")
        self._take(character)

    def _begin_item(self, character: str, closers: list[str]) -> Reading[str]:
        return (yield from self._read_key(character)) if closers[-1] == "}" else character

    def _read_key(self, character: str) -> Reading[str]:
        """Read a key and its colon; gives the first character of the value."""
        if character != '"':
            raise Deviation(character)
        yield from self.read_string()
        character = yield from self._pass_space((yield _SPACE))
        if character != ":":
            raise Deviation(character)
        self._take(character)
        return (yield from self._pass_space((yield _SPACE)))

    def _pass_space(self, character: str) -> Reading[str]:
        while character[:1] in _SPACES:
            self._take(character)
            character = yield _SPACE
        return character

    def _pass_comma(self, character: str) -> Reading[tuple[str, str]]:
        """Pass a comma and the space behind it, if there is one; gives both, which are not taken yet, and the character behind them."""
        passed: list[str] = []
        if character == ",":
            passed.append(character)
            while (character := (yield _SPACE))[:1] in _SPACES:
                passed.append(character)
        return "".join(passed), character

    def _read_scalar(self, character: str) -> Reading[str]:
        """Read a string, a number or a literal; gives the character behind it."""
        if character == '"':
            yield from self.read_string()
        elif character in _LITERALS_BY_START:
            for expected, meant in zip(*_LITERALS_BY_START[character], strict=True):
                if character != expected:
                    raise Deviation(character)
                self._take(meant)
                character = yield None
            return character
        else:
            return (yield from self._read_number(character))
        return (yield _SPACE)

    def _read_escape(self) -> Reading[None]:
        character = yield None
        if character == "'":
            self._take(character)
            return
        self._take("\\")
        if character in _ESCAPABLE:
            self._take(character)
        elif character == "u":
            self._take(character)
            for _ in range(4):
                if (character := (yield None)) not in _HEX_DIGITS:
                    raise Deviation(character)
                self._take(character)
        else:
            raise Deviation(character)

    def _read_number(self, character: str) -> Reading[str]:
        if character == "-":
            self._take(character)
            character = yield None
        if character == "0":
            self._take(character)
            character = yield None
        else:
            character = yield from self._read_digits(character)
        if character == ".":
            self._take(character)
            character = yield from self._read_digits((yield None))
        if character in {"e", "E"}:
            self._take(character)
            character = yield None
            if character in {"+", "-"}:
                self._take(character)
                character = yield None
            character = yield from self._read_digits(character)
        return character

    def _read_digits(self, character: str) -> Reading[str]:
        if character not in _DIGIT:
            raise Deviation(character)
        while character[:1] in _DIGIT:
            self._take(character)
            character = yield _DIGITS
        return character
