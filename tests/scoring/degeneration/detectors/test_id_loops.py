"""Loops of token ids that leave no text."""

import pytest

from scoring.degeneration.detector import Context
from scoring.degeneration.detectors.id_loops import MIN_SPAN_TOKENS, IdLoops
from scoring.scores import Flag
from scoring.verdict import AnswerScoring


def test_silent_loop_is_flagged_however_much_text_came_before() -> None:
    loops = IdLoops(Context())
    for token in range(3_000):
        loops.feed((token,), num_chars=4 * token)
    num_fed = 0
    while not loops.flags(12_000) and num_fed < 1_000:
        loops.feed((7, 8, 9), 12_000)
        num_fed += 3
    assert num_fed <= 4 * MIN_SPAN_TOKENS
    (flag,) = loops.finish(12_000)
    assert (flag.flag, flag.tier, flag.start, flag.period) == ("token_loop", "hard", None, 3)


def test_loop_that_leaves_a_character_every_four_tokens_is_not_silent() -> None:
    loops = IdLoops(Context())
    for character in range(200):
        loops.feed((1, 2, 3, 4), num_chars=character + 1)
    assert loops.finish(200) == ()


def test_flag_stays_when_text_comes_after_all() -> None:
    loops = IdLoops(Context())
    loops.feed((5,) * 200, num_chars=1)
    before = loops.flags(1)
    for token in range(400):
        loops.feed((1_000 + token,), num_chars=token)
    assert before == loops.finish(400) == (Flag(flag="token_loop", tier="hard", period=1, copies=200.0),)


def test_constrained_output_makes_it_a_hint() -> None:
    scoring = AnswerScoring(is_constrained=True)
    scoring.feed("{", (1,))
    scoring.feed("", (2,) * 300)
    assert scoring.hard_flag is None
    assert [(flag.flag, flag.tier) for flag in scoring.finish().degeneration.flags] == [("token_loop", "soft")]


def test_loop_of_silent_tokens_is_found_by_ids() -> None:
    scoring = AnswerScoring()
    scoring.feed("Well, ", (5, 6, 7))
    for _ in range(200):
        scoring.feed("", (250_000, 250_001))
    assert scoring.hard_flag is not None
    (flag,) = scoring.finish().degeneration.flags
    assert (flag.flag, flag.tier, flag.start, flag.period, flag.copies) == ("token_loop", "hard", None, 2, 200.0)


@pytest.mark.parametrize(("text", "ids"), [("Ne", (4, 5)), ("-", (9,)), ("═", (1, 2, 3)), (" ", (8,)), ("9", (3,))])
def test_loop_with_text_is_judged_by_its_text_alone(text: str, ids: tuple[int, ...]) -> None:
    scoring = AnswerScoring()
    scoring.feed("A heading", (20, 21))
    for _ in range(60):
        scoring.feed(text, ids)
    assert scoring.finish().degeneration.flags == ()


def test_loop_seen_by_text_and_ids_is_one_flag() -> None:
    scoring = AnswerScoring()
    for _ in range(300):
        scoring.feed("Ne", (4, 5))
    assert scoring.finish().degeneration.names == ("token_loop",)
