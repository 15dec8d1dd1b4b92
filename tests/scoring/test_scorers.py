"""All scorers from one table: by name, to the digit, on any text, in linear time."""

import signal
from collections.abc import Iterator

import pytest

from scoring.errors import UnknownScorer
from scoring.scorer import Heuristic, Scorer
from scoring.scorers import SCORERS, find_scorer, scorer_names
from tests.scoring.golden import REPLIES, Golden, golden_replies, golden_texts

NAMES = ("lek-v1", "lek-v1-paper", "lek-v2")
HOSTILE_CHARS = 300_000
CPU_LIMIT_S = 1.5  # a tenth of it is enough; anything quadratic takes several seconds at the very least, most often minutes

each_scorer = pytest.mark.parametrize("scorer", SCORERS, ids=lambda scorer: scorer.name)


@pytest.fixture
def cpu_limit() -> Iterator[None]:
    """Fail the test once it has used up its CPU time: other processes do not count, and a pattern that runs away is stopped."""

    def stop(*_: object) -> None:
        raise AssertionError(f"still at work after {CPU_LIMIT_S} s of CPU time")

    previous = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, CPU_LIMIT_S)
    yield
    signal.setitimer(signal.ITIMER_PROF, 0)
    signal.signal(signal.SIGPROF, previous)


def measured(heuristic: Heuristic) -> dict[str, float]:
    return heuristic.dimensions | {"lek_score": heuristic.lek_score}


def test_names_come_in_order_and_find_their_scorers() -> None:
    assert scorer_names() == NAMES
    assert tuple(find_scorer(name) for name in NAMES) == SCORERS


@pytest.mark.parametrize("name", ["lek-v3", "", "LEK-V1"])
def test_unknown_name_is_refused_with_what_exists(name: str) -> None:
    with pytest.raises(UnknownScorer, match="offered: lek-v1, lek-v1-paper, lek-v2") as caught:
        find_scorer(name)
    assert (caught.value.name, caught.value.offered) == (name, NAMES)


@each_scorer
@pytest.mark.parametrize("golden", golden_texts(), ids=lambda golden: golden.id)
def test_golden_text_scores_exactly(scorer: Scorer, golden: Golden) -> None:
    assert measured(scorer.score(golden.text)) == golden.expected[scorer.name]


@each_scorer
@pytest.mark.skipif(not REPLIES.exists(), reason="the golden model replies lie beside the checkout on some machines only")
def test_golden_replies_score_exactly(scorer: Scorer) -> None:
    replies = golden_replies()
    assert len(replies) == 500
    assert [reply.id for reply in replies if measured(scorer.score(reply.text)) != reply.expected[scorer.name]] == []


@each_scorer
def test_dimensions_come_in_the_order_of_the_reference(scorer: Scorer) -> None:
    order = tuple(golden_texts()[0].expected[scorer.name])
    assert (*scorer.dimensions, "lek_score") == order
    assert tuple(scorer.score("Any text.").dimensions) == scorer.dimensions


@pytest.mark.parametrize(
    ("text", "lek_scores"),
    [
        ("e", (-20, -20, -19)),
        ("i" + "Ne" * 300, (0, 0, 1)),
        ("oVeRnMeNtS eXaMpaPleS\n" * 120, (8, 8, -19)),
        ("", (-60, -60, -19)),
    ],
    ids=["e", "iNe", "case", "empty"],
)
def test_landmark_scores_as_published(text: str, lek_scores: tuple[float, ...]) -> None:
    assert tuple(scorer.score(text).lek_score for scorer in SCORERS) == lek_scores


@each_scorer
@pytest.mark.parametrize("text", ["\ud800", "a\udfffb. \ud83d", "\0", "\0" * 50 + ".", "\U0010ffff" * 20, "I\u0300 am \u2028\x85"])
def test_odd_characters_are_scored(scorer: Scorer, text: str) -> None:
    assert tuple(scorer.score(text).dimensions) == scorer.dimensions


@pytest.mark.usefixtures("cpu_limit")
@pytest.mark.parametrize(
    ("start", "unit", "end"),
    [
        ("", "responsibly", ""),  # one endless word, which begins as a phrase does
        ("", "1", "x"),
        ("", "1,", ""),
        ("1", ",", "x"),
        ("A", "a", "_"),
        ("I", " ", "x"),
        ("okay", " ", "x"),
        ("", "I ", ""),
        ("", "both ", ""),
        ("both ", "x", ""),
        ("", "right to ", ""),
        ("", "consider that while both from ", ""),
        ("", "*_", ""),
        ("", "#", ""),
        ("", ".", ""),
        ("", "\n", ""),
        ("", "é", ""),
        ("", "\0", ""),
    ],
)
@each_scorer
def test_hostile_text_costs_linear_work(scorer: Scorer, start: str, unit: str, end: str) -> None:
    text = start + unit * (HOSTILE_CHARS // len(unit)) + end
    assert tuple(scorer.score(text).dimensions) == scorer.dimensions
