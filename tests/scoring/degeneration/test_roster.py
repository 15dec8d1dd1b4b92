"""What holds for every detector: the way a text comes does not matter, work is linear, memory bounded, and no text is too strange."""

import random
from collections.abc import Callable

import msgspec
import pytest

from scoring.degeneration.detector import Context, Detector, Ending
from scoring.degeneration.roster import make_detectors
from scoring.scores import Scores
from scoring.verdict import AnswerScoring, score
from tests.scoring.degeneration.counting import count_held, count_lines
from tests.scoring.degeneration.judging import blocks, names

SENTENCE = "The river keeps its own counsel, and the town has learnt to listen. "
CONTEXT = Context(prompt="What happened in the harbour town in 1989?", special_tokens=frozenset({"<pad>"}))
DETECTOR_NAMES = [type(detector).__name__ for detector in make_detectors(CONTEXT)]


class Case(msgspec.Struct, frozen=True):
    """An answer that is flagged, with what is known of it."""

    text: str
    prompt: str | None = CONTEXT.prompt
    finish_reason: str = "stop"


FLAGGED = {
    "token_loop": Case("i" + "Ne" * 300),
    "phrase_loop": Case("Well: " + SENTENCE * 5),
    "block_loop": Case((SENTENCE + "Some of it is true, some is better. " * 2 + "Nobody knows which. " + SENTENCE[::-1]) * 4),
    "refusal_loop": Case("I'm sorry, but I can't help with that. " * 8),
    "near_loop": Case("".join(f"Step {number} is to stir it well. " for number in range(1, 30))),
    "case_loop": Case("tHe oVeRnMeNtS, eXaMpaPleS of tHoSe"),
    "empty": Case("<think>" + SENTENCE * 3 + "</think>\n\n"),
    "unclosed_reasoning": Case("<think>\n" + SENTENCE * 2),
    "collapse": Case("e"),
    "special_token_leak": Case(SENTENCE + "<pad>"),
    "turn_leak": Case(SENTENCE + "<end_of_turn>\n<start_of_turn>user\nAnd then?"),
    "gibberish": Case(SENTENCE + "\ufffd\ufffd and on."),
    "language_switch": Case(SENTENCE + "Это было давно, и никто уже не помнит, как всё началось."),
    "truncated": Case(SENTENCE + "And then the", finish_reason="length"),
}


def scored(case: Case, next_size: Callable[[], int] | None = None) -> Scores:
    """Score a case, in pieces of these sizes or in one."""
    scoring = AnswerScoring(prompt=case.prompt, special_tokens=CONTEXT.special_tokens)
    at = 0
    while at < len(case.text):
        size = next_size() if next_size else len(case.text)
        scoring.feed(case.text[at : at + size])
        at += size
    return scoring.finish(finish_reason=case.finish_reason)


@pytest.mark.parametrize("flag", FLAGGED)
def test_each_flag_is_raised_however_the_text_comes(flag: str) -> None:
    whole = scored(FLAGGED[flag])
    assert flag in whole.degeneration.names
    rng = random.Random(100)
    for longest in (1, 5, 63, 64, 65, 200):
        assert scored(FLAGGED[flag], lambda longest=longest: rng.randint(1, longest)) == whole  # type: ignore[misc]


def test_cuts_do_not_matter_to_texts_put_together_at_random() -> None:
    rng = random.Random(101)
    for _ in range(60):
        parts = [case.text for case in rng.sample(list(FLAGGED.values()), 3)]
        case = Case("\n".join(parts) + "`" * rng.randint(0, 4), finish_reason=rng.choice(["stop", "length"]))
        assert scored(case, lambda: rng.randint(1, 90)) == scored(case)


LONG_TEXTS: dict[str, Callable[[int], str]] = {
    "prose": lambda length: "".join(
        random.Random(102).choices([SENTENCE, "Nobody came. ", "It rained, ", "so we went home. \n\n"], k=length // 13)
    ),
    "loop": lambda length: "Ne" * (length // 2),
    "binary": lambda length: "\n".join("".join(random.Random(line).choices("ab", k=50)) for line in range(length // 50)),
    "counter": lambda length: "".join(f"Line {number} of them all, and on.\n" for number in range(length // 30)),
    "runs": lambda length: "".join("a" * (30 + number % 3) + "b" for number in range(length // 31)),
    "marks": lambda length: "<think>`[<|x ``` aBcDeF </" * (length // 26),
    "no spaces": lambda length: "".join(random.Random(104).choices("aBcDéж好\u0301", k=length)),
    "blank": lambda length: " \t" * (length // 2),
    "replaced": lambda length: "\ufffd\ud800\0" * (length // 3),
}


def run(name: str, text: str) -> Detector:
    """Feed a text to one detector, as the verdict does."""
    detector = make_detectors(CONTEXT)[DETECTOR_NAMES.index(name)]
    for block in blocks(text):
        detector.feed(block)
        detector.flags()
    return detector


@pytest.mark.parametrize("text", LONG_TEXTS)
@pytest.mark.parametrize("name", DETECTOR_NAMES)
def test_work_is_linear(name: str, text: str) -> None:
    def steps(length: int) -> int:
        whole = LONG_TEXTS[text](2 * length)[:length]
        return count_lines(lambda: run(name, whole))

    short, long = steps(3_000), steps(12_000)
    assert long <= 5 * short + 2_000  # four times the text; windows fill, and judging a loop comes late
    assert long <= 40 * 12_000


@pytest.mark.parametrize("text", LONG_TEXTS)
@pytest.mark.parametrize("name", DETECTOR_NAMES)
def test_memory_is_bounded(name: str, text: str) -> None:
    def held(length: int) -> int:
        return count_held(run(name, LONG_TEXTS[text](2 * length)[:length]))

    assert held(80_000) <= held(40_000) + 9_000  # windows are cut back now and then


@pytest.mark.parametrize(
    "text",
    [
        "\ud800",
        "\udfff\ud800" * 100,
        "\0" * 500,
        "e\u0301" * 300,
        "\u202eabc\u202c\u200f\u05d0\u05d1 " * 60,
        "\U0010ffff" * 200,
        "İ" * 300 + "ß" * 300,
        "\u200b\ufeff\u2028\u2029\x85" * 80,
        "👩\u200d👩\u200d👧\u200d👦" * 60,
        "<" * 1_000,
        "[" * 1_000 + "]" * 1_000,
        "`" * 1_000,
        "\n" * 1_000,
    ],
    ids=ascii,
)
def test_strange_text_is_judged_and_encodes_to_json(text: str) -> None:
    scores = score(text, prompt=text, special_tokens=CONTEXT.special_tokens, finish_reason="length")
    assert msgspec.json.decode(msgspec.json.encode(scores), type=Scores) == scores
    assert isinstance(names(text), list)


def test_every_detector_ends_without_any_text() -> None:
    found = [finding for detector in make_detectors(CONTEXT) for finding in detector.finish(Ending())]
    assert [getattr(finding, "flag", None) for finding in found] == ["empty"]
