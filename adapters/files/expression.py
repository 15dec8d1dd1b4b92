"""Python's regular expressions, matched in a time that grows with the name: none can be written that takes for ever.

All the ways to match are followed at once: https://swtch.com/~rsc/regexp/regexp1.html. What such a walk cannot follow, back
references for one, is refused by name (`expression_syntax.py`).
"""

from adapters.files.expression_syntax import Ahead, At, Chain, Chars, Choice, Node, Repeat, UnsupportedExpression, is_word, parse

MAX_STATES = 3000  # the longest expression that a trainer is known to write has some 400
MAX_FOLLOWED = 500_000  # states, on all the names of an adapter: half a second; what trainers write follows 12,000 on the largest model


class Step:
    """A state that takes one character of `mask` and goes on to `follower`."""

    def __init__(self, mask: int, follower: int) -> None:
        self.mask = mask
        self.follower = follower


class Fork:
    """A state that takes no character and goes on to all of `followers`, where its condition holds."""

    def __init__(self, followers: list[int], place: At | None = None, ahead: tuple[int, bool] | None = None) -> None:
        self.followers = followers
        self.place = place
        self.ahead = ahead  # the first state of what must come next, or, if it is negated, must not


States = frozenset[int]
MATCH = 0


class Expression:
    """An expression that the whole of an ASCII name matches or does not. For one thread at a time: it remembers where it has been.

    A walk along one name is short, along the thousands of a file that was made to last it is not: there is an end to all of them.
    """

    def __init__(self, written: str) -> None:
        """Raises UnsupportedExpression."""
        self._states: list[Step | Fork] = [Fork([])]
        self._written = written
        self._num_emitted = 0
        self.num_followed = 0
        self._start = self._emit(parse(written), MATCH)
        self._known: dict[tuple[States, str, str], tuple[bool, States]] = {}

    def matches(self, name: str) -> bool:
        """Say whether the whole of `name` matches. Raises UnsupportedExpression where it has come to too much work."""
        return self._walk(self._start, name, 0, is_whole=True)

    def _walk(self, start: int, name: str, place: int, *, is_whole: bool) -> bool:
        current = frozenset((start,))
        for here in range(place, len(name) + 1):
            is_match, current = self._advance(current, name, here)
            if is_match and (here == len(name) or not is_whole):
                return True
        return False

    def _advance(self, current: States, name: str, here: int) -> tuple[bool, States]:
        """Say whether the expression may end here, and where its next character leads."""
        after = name[here : here + 1]
        key = current, name[here - 1 : here], after
        if key in self._known:
            return self._known[key]
        reached, is_local = self._follow(current, name, here)
        bit = 1 << ord(after) if after else 0
        steps = (state for state in map(self._states.__getitem__, reached) if isinstance(state, Step))
        led = MATCH in reached, frozenset(step.follower for step in steps if step.mask & bit)
        if is_local:
            self._known[key] = led
        return led

    def _follow(self, current: States, name: str, here: int) -> tuple[set[int], bool]:
        """Give the states that are reached without a character, and whether the two characters beside this place decide which."""
        reached: set[int] = set()
        waiting, is_local = list(current), True
        while waiting:
            if (number := waiting.pop()) in reached:
                continue
            reached.add(number)
            match self._states[number]:
                case Fork(place=At(place=place)) as fork if not _is_at(place, name, here):
                    pass
                case Fork(ahead=(start, is_negated)) as fork:
                    is_local = False
                    if self._walk(start, name, here, is_whole=False) != is_negated:
                        waiting += fork.followers
                case Fork() as fork:
                    waiting += fork.followers
        self.num_followed += len(reached)
        if self.num_followed > MAX_FOLLOWED:
            raise UnsupportedExpression(f"its regular expression {self._written!r:.80} takes more than {MAX_FOLLOWED} steps to match")
        return reached, is_local

    def _emit(self, node: Node, follower: int) -> int:
        """Add the states of `node`, which go on to `follower`, and give the first."""
        self._num_emitted += 1
        if self._num_emitted > MAX_STATES:
            raise UnsupportedExpression(f"it comes to more than {MAX_STATES} states")
        match node:
            case Chars(mask):
                return self._add(Step(mask, follower))
            case At():
                return self._add(Fork([follower], place=node))
            case Ahead(asked, is_negated):
                return self._add(Fork([follower], ahead=(self._emit(asked, MATCH), is_negated)))
            case Chain(parts):
                for part in reversed(parts):
                    follower = self._emit(part, follower)
                return follower
            case Choice(options):
                return self._add(Fork([self._emit(option, follower) for option in options]))
            case Repeat(part, least, most):
                return self._emit_repeat(part, least, most, follower)

    def _emit_repeat(self, part: Node, least: int, most: int | None, follower: int) -> int:
        start = follower
        if most is None:
            loop = Fork([follower])
            start = self._add(loop)
            loop.followers.append(self._emit(part, start))
        else:
            for _ in range(most - least):
                start = self._add(Fork([self._emit(part, start), follower]))
        for _ in range(least):
            start = self._emit(part, start)
        return start

    def _add(self, state: Step | Fork) -> int:
        self._states.append(state)
        return len(self._states) - 1


def _is_at(place: str, name: str, here: int) -> bool:
    match place:
        case "start":
            return here == 0
        case "end":
            return here == len(name)
    is_edge = is_word(name[here - 1 : here]) != is_word(name[here : here + 1])
    return is_edge == (place == "edge")
