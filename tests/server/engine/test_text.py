"""Stop strings are matched on the text, however it was cut, and never shown."""

import random

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


def show(pieces: list[str], stops: list[str]) -> tuple[str, bool]:
    text = AnswerText(WordDetokenizer(pieces), stops)
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
