"""Stop strings are matched on the text, however it was cut, and never shown."""

import random
from collections.abc import Set

import pytest

from server.engine.mlx.text import AnswerText


class WordDetokenizer:
    """Token n is the n-th of some strings."""

    def __init__(self, words: list[str]) -> None:
        self.words = words
        self.segment = ""

    @property
    def last_segment(self) -> str:
        segment, self.segment = self.segment, ""
        return segment

    def add_token(self, token: int) -> None:
        self.segment += self.words[token]

    def finalize(self) -> None:
        pass


def show(
    pieces: list[str], stops: list[str], *, shows_stop: bool = False, min_tokens: int = 0, hidden_ids: Set[int] = frozenset()
) -> tuple[str, bool]:
    text = AnswerText(WordDetokenizer(pieces), stops, shows_stop=shows_stop, min_tokens=min_tokens, hidden_ids=hidden_ids)
    shown = ""
    for token in range(len(pieces)):
        shown += text.add(token)
        if text.is_stopped:
            break
    return shown + text.flush(), text.is_stopped


@pytest.mark.parametrize(
    ("pieces", "stops", "shown"),
    [
        (["one ", "two ", "three"], [], "one two three"),
        (["one ", "two ", "three"], ["two"], "one "),
        (["one t", "w", "o three"], ["two"], "one "),
        (["one t", "w", "elve"], ["two"], "one twelve"),
        (["ab", "ab", "ac"], ["abac"], "ab"),
        (["aaa", "aab"], ["aab"], "aaa"),
        (["x"], ["x"], ""),
        (["stop here"], ["here", "stop"], ""),
        (["tail of a st"], ["stop"], "tail of a st"),
        (["line\n", "\nnext"], ["\n\n"], "line"),
        (["é", "ß", "ü"], ["ßü"], "é"),
    ],
)
def test_stop_strings_end_the_text_before_them(pieces: list[str], stops: list[str], shown: str) -> None:
    assert show(pieces, stops)[0] == shown


@pytest.mark.parametrize(
    ("pieces", "stops", "shown"),
    [
        (["one ", "two ", "three"], ["two"], "one two"),
        (["one t", "w", "o three"], ["two"], "one two"),
        (["stop here"], ["here", "stop"], "stop"),
        (["one"], ["two"], "one"),
    ],
)
def test_a_stop_string_that_is_to_be_shown_is_the_end_of_the_text(pieces: list[str], stops: list[str], shown: str) -> None:
    assert show(pieces, stops, shows_stop=True)[0] == shown


@pytest.mark.parametrize(
    ("min_tokens", "shown", "is_stopped"),
    [(0, "one ", True), (1, "one ", True), (2, "one two three ", True), (3, "one two three ", True), (4, "one two three two", False)],
)
def test_a_stop_string_within_the_fewest_tokens_does_not_stop(min_tokens: int, shown: str, is_stopped: bool) -> None:
    assert show(["one ", "two", " three ", "two"], ["two"], min_tokens=min_tokens) == (shown, is_stopped)


def test_a_stop_string_that_ends_behind_the_fewest_tokens_stops_though_it_begins_among_them() -> None:
    assert show(["one t", "w", "o three"], ["two"], min_tokens=2) == ("one ", True)
    assert show(["a", "b", "c"], ["b", "abd"], min_tokens=2) == ("abc", False)  # held back for one, and complete too early for the other


def test_hidden_tokens_have_no_text() -> None:
    assert show(["one", "<pad>", " two"], ["<pad>"], hidden_ids={1}) == ("one two", False)


def test_text_never_depends_on_how_it_was_cut() -> None:
    rng = random.Random(5)
    for _ in range(500):
        whole = "".join(rng.choices("ab ", k=30))
        stops = ["".join(rng.choices("ab ", k=rng.randint(1, 5))) for _ in range(2)]
        cuts = sorted(rng.sample(range(1, 30), 6))
        pieces = [whole[start:end] for start, end in zip([0, *cuts], [*cuts, 30], strict=True)]
        found = [at for stop in stops if (at := whole.find(stop)) >= 0]
        ends = [whole.find(stop) + len(stop) for stop in stops if stop in whole]
        shown, is_stopped = show(list(whole), stops)
        assert is_stopped == bool(found)
        if found and len({*ends}) == 1:  # one stop string only, so which comes first is no question
            assert shown == whole[: min(found)]
            assert show(pieces, stops)[0] == shown
        if not found:
            assert show(pieces, stops)[0] == shown == whole
