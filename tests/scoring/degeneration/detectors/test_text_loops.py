"""Exact loops: hard where the answer ends in one or one has gone on for long, a hint where a song would do the same."""

import base64

import pytest

from scoring.verdict import AnswerScoring
from tests.scoring.degeneration.judging import flags

ASKED = "Why is the sky blue?"
LEAD = "A barrel under the gutter gathers what the roof sheds. The first flush carries dust, so most people let it run off. "
LINE = "The gutter takes the rain to the barrel. "
PARAGRAPH = (
    "When the storm ends, the barrel holds what the roof gave it. You open the tap, and the beds drink for a week. "
    "The rest runs to the drain, and nobody misses it until the dry weeks of July come round and the hose is empty.\n\n"
)
LATER = "But then it all ended well, and the tap ran dry at last, as taps will do."
SIGNS = "!?.-*#@_=~$%&+/|^:;,！？。、…·😀💧"
FORM_ROW = "| ____ | ____ | ____ |\n"
PARTY = "By: ______________________\nName: ____________________\nTitle: ___________________\nDate: ____________________\n\n"
BOX = "+" + "-" * 58 + "+\n" + ("|" + " " * 58 + "|\n") * 10 + "+" + "-" * 58 + "+"


def tiers(text: str, finish_reason: str | None, prompt: str | None = ASKED) -> set[str]:
    """Return the tiers of the exact loops of a text."""
    found = flags(text, prompt=prompt, finish_reason=finish_reason)
    return {flag.tier for flag in found if flag.flag in ("token_loop", "phrase_loop", "block_loop")}


@pytest.mark.parametrize("sign", SIGNS)
@pytest.mark.parametrize("finish_reason", ["length", "stop", None])
def test_answer_of_one_sign_is_a_loop(sign: str, finish_reason: str | None) -> None:
    for text in (sign * 40, sign * 399, "\n" + sign * 120 + "\n", LEAD + sign * 399):
        assert tiers(text, finish_reason) == {"hard"}
    assert tiers(sign * 30, "stop") == set()


@pytest.mark.parametrize("finish_reason", ["length", None])
@pytest.mark.parametrize(
    "text",
    [
        "Write a letter.\n$4" + "0" * 300,
        LEAD + ",000" * 125,
        "诗。\n" + "觀音\n" * 50,
        "风。\n" + "秋天的风。" * 12,
        LEAD + "雨が降る。" * 14,
        LEAD + "비가 온다. " * 16,
        LEAD + LINE * 8,
        PARAGRAPH * 3,
        "no " * 80,
        "\\boxed{4}\n" * 40,
        "<br>" * 120,
        "[1]" * 120,
        "0, " * 300,
        "deadbeef" * 60,
        "A" * 600,
        '{"a": "own' + " own" * 100,
    ],
)
def test_loop_that_the_answer_ends_in_is_hard(text: str, finish_reason: str | None) -> None:
    assert tiers(text, finish_reason) == {"hard"}


@pytest.mark.parametrize(
    "text",
    [
        "It is $1" + ",000" * 25,
        "A letter.\n$4" + "0" * 77,
        "A poem.\n" + "$\n" * 70,
        LEAD + PARAGRAPH * 2 + PARAGRAPH[:60],
        LEAD + LINE * 3,
        PARAGRAPH * 2,
        LEAD + "soon " * 15,
        LEAD + "秋天的风。" * 8,
        LEAD + "Вода течёт в бочку. " * 4,
    ],
)
def test_less_will_do_where_the_limit_cut_it_off(text: str) -> None:
    assert tiers(text, "length") == {"hard"}
    assert "hard" not in tiers(text, "stop")
    assert "hard" not in tiers(text + LATER, "length")


@pytest.mark.parametrize("finish_reason", ["length", "stop", None])
def test_loop_that_the_answer_leaves_is_hard_once_it_has_gone_on_for_long(finish_reason: str | None) -> None:
    for text, tier in (
        (LINE * 5, "soft"),
        (LINE * 9, "hard"),
        (PARAGRAPH * 4, "soft"),
        (PARAGRAPH * 7, "hard"),
        ("la " * 120 + ".", "hard"),
    ):
        assert tiers(LEAD + text + LATER, finish_reason) == {tier}


@pytest.mark.parametrize("prompt", [ASKED, None])
@pytest.mark.parametrize("finish_reason", ["stop", None])
@pytest.mark.parametrize(
    "text",
    [
        "| Name | Time | Signature |\n|---|---|---|\n" + FORM_ROW * 15,
        "| Name | Time | Signature |\n|---|---|---|\n" + "|  |  |  |\n" * 40,
        "Notes\n\n" + ("_" * 70 + "\n") * 12,
        "Notes\n\n" + ("." * 60 + "\n") * 12,
        "IN WITNESS WHEREOF\n\n" + PARTY * 4,
        "IN WITNESS WHEREOF\n\n" + "By:\nName:\nTitle:\nDate:\n\n" * 6,
        "INSERT INTO t VALUES " + ", ".join(["(NULL, NULL, NULL)"] * 12) + ";",
        "INSERT INTO t (a, b) VALUES\n" + ",\n".join(["(NULL, NULL)"] * 30) + ";",
        "[" + ", ".join(["null"] * 60) + "]",
        "[" + ", ".join(["false"] * 60) + "]",
        "[\n" + ",\n".join(["  true"] * 60) + "\n]",
        "[" + ", ".join(['"red"'] * 16) + "]",
        "[" + ",\n ".join(["[" + ", ".join(['"#ff0000"'] * 8) + "]"] * 8) + "]",
        "[" + ", ".join(["0"] * 60) + "]",
        "VALUES = [" + ", ".join(["None"] * 40) + "]",
        base64.b64encode(b"The quick fox.\n" * 9).decode(),
        "00 " * 120,
        "0x00, " * 60,
        "\\x00" * 80,
        BOX,
        '<svg><path d="M0 0 ' + "l10 0 l0 10 " * 10 + 'z"/></svg>',
        '<path d="M0 0' + "h1v1" * 60 + 'z"/>',
        " | | \n-+-+-\n | | \n-+-+-\n | | \n\n" * 8,
        "- [ ] \n" * 30,
        "☐ \n" * 40,
        "- \n" * 40,
        "TTAGGG" * 30,
        "Chapter 1 " + "." * 90 + " 12\nChapter 2 " + "." * 90 + " 20",
        "Title\n" + "=" * 120 + "\n\n" + LATER,
        "=" * 120 + "\n" + LATER,
        "1/7 = 0." + "142857" * 9 + "…",
        LEAD + "\n" + "Come home, come home to me,\n" * 4,
        LEAD + "\n" + "Come home, come home to me,\n" * 5 + "\n" + LATER,
        LEAD + "Are we there yet? " * 5 + LATER,
    ],
)
def test_what_ordinary_text_repeats_is_not_hard(text: str, finish_reason: str | None, prompt: str | None) -> None:
    assert "hard" not in tiers(text, finish_reason, prompt)


@pytest.mark.parametrize("opening", ["", "\n", ".....,,,,,,,,,,,,,,,,,,,,,,,", "33 "])
def test_guard_stops_an_answer_of_dots_long_before_its_end(opening: str) -> None:
    scoring = AnswerScoring(prompt=ASKED)
    scoring.feed(opening)
    num_dots = 0
    while scoring.hard_flag is None and num_dots < 1_000:
        scoring.feed(".")
        num_dots += 1
    assert num_dots < 300


def test_guard_lets_an_opening_rule_pass() -> None:
    scoring = AnswerScoring(prompt=ASKED)
    scoring.feed("-" * 160 + "\n" + LEAD)
    assert scoring.hard_flag is None


def test_hard_loop_is_shown_before_an_earlier_hint_of_the_same_name() -> None:
    (flag,) = flags(LEAD + "Are we there yet? " * 5 + LATER + LINE * 12 + LATER)
    assert (flag.flag, flag.tier, flag.period) == ("phrase_loop", "hard", len(LINE))
