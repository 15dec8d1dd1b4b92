"""What a regular expression of Python's says, as a tree: https://docs.python.org/3/library/re.html#regular-expression-syntax.

Only what a name's characters decide one after the other has a place in it. Characters are sets of ASCII, as the bits of an int.
"""

import re
from typing import Literal, NamedTuple, TypeAlias

MAX_LENGTH = 2000
MAX_DEPTH = 50
MAX_TIMES = 1000


class UnsupportedExpression(ValueError):
    """A regular expression that is none, or asks for more than a walk along the name."""


class Chars(NamedTuple):
    """One character of a set."""

    mask: int


class At(NamedTuple):
    """A place between two characters: the name's start or end, the edge of a word, or no edge."""

    place: Literal["start", "end", "edge", "no edge"]


class Ahead(NamedTuple):
    """What must, or must not, come next."""

    node: "Node"
    is_negated: bool


class Chain(NamedTuple):
    """One after the other."""

    parts: "tuple[Node, ...]"


class Choice(NamedTuple):
    """One of them."""

    options: "tuple[Node, ...]"


class Repeat(NamedTuple):
    """The same so many times; `most` of None: as often as you like."""

    node: "Node"
    least: int
    most: int | None


Node: TypeAlias = Chars | At | Ahead | Chain | Choice | Repeat

ASCII = (1 << 128) - 1
_WORD, _DIGIT, _BLANK = (
    sum(1 << code for code in range(128) if re.fullmatch(kind, chr(code), re.ASCII)) for kind in (r"\w", r"\d", r"[\s\x1c-\x1f]")
)
_SETS = {"w": _WORD, "W": ASCII ^ _WORD, "d": _DIGIT, "D": ASCII ^ _DIGIT, "s": _BLANK, "S": ASCII ^ _BLANK}
_CONTROLS = {"a": "\a", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_PLACES: dict[str, At] = {"A": At("start"), "Z": At("end"), "b": At("edge"), "B": At("no edge")}
_BOUNDS = re.compile(r"\{(?!\})([0-9]*)(?:(,)([0-9]*))?\}|[*+?]")
_GROUP = re.compile(r"\?(?::|P<[A-Za-z_][A-Za-z0-9_]*>|(?P<ahead>[=!]))")
_HEX = re.compile("[0-9a-fA-F]{2}")


def bit_of(char: str) -> int:
    """Give the set of one character, which is empty for one that no name has."""
    return 1 << ord(char) if char.isascii() else 0


def is_word(char: str) -> bool:
    """Say whether a character, or none, belongs to a word."""
    return bool(char and bit_of(char) & _WORD)


def parse(text: str) -> Node:
    """Read a whole expression. Raises UnsupportedExpression."""
    if len(text) > MAX_LENGTH:
        raise UnsupportedExpression(f"it is longer than {MAX_LENGTH} characters")
    reader = _Reader(text)
    node = reader.read_choice()
    if reader.rest:
        raise UnsupportedExpression("it has a ) too many")
    return node


class _Reader:
    def __init__(self, text: str) -> None:
        self._text = text
        self._here = 0
        self._depth = 0  # groups that are open
        self._is_ahead = False

    @property
    def rest(self) -> str:
        return self._text[self._here :]

    def read_choice(self) -> Node:
        options = [self._read_chain()]
        while self._take("|"):
            options.append(self._read_chain())
        return options[0] if len(options) == 1 else Choice(tuple(options))

    def _read_chain(self) -> Node:
        parts = []
        while self.rest and self.rest[0] not in "|)":
            parts.append(self._read_repeated())
        return Chain(tuple(parts))

    def _read_repeated(self) -> Node:
        if self._read_bounds():
            raise UnsupportedExpression("there is nothing before a sign that repeats")
        node = self._read_item()
        if not (bounds := self._read_bounds()):
            return node
        if isinstance(node, At) or (not self._take("?") and self.rest[:1] == "+") or self._read_bounds():
            raise UnsupportedExpression("it repeats what cannot be repeated, or possessively")
        return Repeat(node, *bounds)

    def _read_bounds(self) -> tuple[int, int | None] | None:
        match = _BOUNDS.match(self._text, self._here)
        if not match:
            return None
        self._here = match.end()
        if match[0] in "*+?":
            return {"*": (0, None), "+": (1, None), "?": (0, 1)}[match[0]]
        least = int(match[1] or 0)
        most = least if match[2] is None else int(match[3]) if match[3] else None
        if max(least, most or 0) > MAX_TIMES or (most is not None and most < least):
            raise UnsupportedExpression(f"it repeats something {match[0]} times, expected up to {MAX_TIMES}")
        return least, most

    def _read_item(self) -> Node:
        match char := self._next():
            case "(":
                return self._read_group()
            case "[":
                return Chars(self._read_set())
            case ".":
                return Chars(ASCII ^ bit_of("\n"))
            case "^":
                return At("start")
            case "$":
                return At("end")
            case "\\" if self.rest[:1] in _PLACES:
                return _PLACES[self._next()]
            case "\\":
                return Chars(_mask(self._read_escaped()))
            case _:
                return Chars(bit_of(char))

    def _read_group(self) -> Node:
        kind = _GROUP.match(self._text, self._here)
        if self._take("?") and not kind:
            raise UnsupportedExpression(f"it uses (?{self.rest[:2]}")
        ahead = kind and kind["ahead"]
        self._depth += 1
        if self._depth > MAX_DEPTH or (ahead and self._is_ahead):
            raise UnsupportedExpression("its groups stand too deep in one another")
        if kind:
            self._here = kind.end()
        self._is_ahead = bool(ahead) or self._is_ahead
        node = self.read_choice()
        if not self._take(")"):
            raise UnsupportedExpression("a ) is missing")
        self._depth -= 1
        if not ahead:
            return node
        self._is_ahead = False
        return Ahead(node, ahead == "!")

    def _read_set(self) -> int:
        is_negated = self._take("^")
        mask, is_first = 0, True
        while is_first or not self._take("]"):
            is_first = False
            low = self._read_member()
            if self.rest[:1] == "-" and self.rest[1:2] != "]":
                self._here += 1
                high = self._read_member()
                if isinstance(low, int) or isinstance(high, int) or high < low:
                    raise UnsupportedExpression("a range of characters has no order")
                mask |= sum(1 << code for code in range(ord(low), min(ord(high), 127) + 1))
            else:
                mask |= _mask(low)
        return ASCII ^ mask if is_negated else mask

    def _read_member(self) -> str | int:
        char = self._next()
        if char != "\\":
            return char
        return "\b" if self._take("b") else self._read_escaped()

    def _read_escaped(self) -> str | int:
        """Read what stands behind a backslash: a character, or a set of them."""
        char = self._next()
        if char in _SETS:
            return _SETS[char]
        if char == "x" and (digits := _HEX.match(self._text, self._here)):
            self._here += 2
            return chr(int(digits[0], 16))
        if char.isascii() and char.isalnum() and char not in _CONTROLS:
            raise UnsupportedExpression(f"it uses \\{char}")
        return _CONTROLS.get(char, char)

    def _take(self, char: str) -> bool:
        if self.rest[:1] != char:
            return False
        self._here += 1
        return True

    def _next(self) -> str:
        if self._here == len(self._text):
            raise UnsupportedExpression("it ends too early")
        self._here += 1
        return self._text[self._here - 1]


def _mask(chars: str | int) -> int:
    return chars if isinstance(chars, int) else bit_of(chars)
