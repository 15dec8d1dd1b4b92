"""The library as a notebook uses it: the four names, the example in the docstring, and how a result shows."""

import inspect
import textwrap
from typing import Any

import msgspec
import pytest

import scoring.verdict
from scoring.scores import Degeneration, Flag, Scores
from scoring.verdict import score


def example() -> str:
    """The indented part of the docstring."""
    lines = inspect.cleandoc(scoring.verdict.__doc__ or "").splitlines()
    return textwrap.dedent("\n".join(line for line in lines if not line or line.startswith("    ")))


def test_the_library_is_four_names() -> None:
    names: dict[str, Any] = {}
    exec("from scoring.verdict import *", names)
    assert sorted(names.keys() - {"__builtins__"}) == ["AnswerScoring", "Scores", "score", "scorer_names"]
    assert names["scorer_names"]() == ("lek-v1", "lek-v1-paper", "lek-v2")
    assert isinstance(names["score"]("Any text."), names["Scores"])


def test_the_example_in_the_docstring_runs_and_stops_at_the_loop(capsys: pytest.CaptureFixture[str]) -> None:
    stream = iter(["Night after night. "] * 100)
    names: dict[str, Any] = {"stream": stream}
    exec(example(), names)
    assert capsys.readouterr().out == "1 by lek-v2, version 1\nengagement_depth 1\nno flags\n"
    assert len(list(stream)) > 80
    scores = names["scores"]
    assert isinstance(scores, Scores)
    assert scores.degeneration.names == ("phrase_loop",)


LOOP = Flag(flag="token_loop", tier="hard", start=1, unit="Ne", period=2, copies=300.0)


@pytest.mark.parametrize(
    ("heuristic", "flags", "shown"),
    [
        ({"first_person": 1.0, "creative_form": 0.0, "degeneration": 0.5}, (), "first_person 1, degeneration 0.5\nno flags"),
        ({"first_person": 0.0}, (LOOP, Flag(flag="empty", tier="hard")), "every dimension 0\nhard token_loop at 1: 'Ne' × 300\nhard empty"),
    ],
)
def test_scores_show_what_is_not_zero(heuristic: dict[str, float], flags: tuple[Flag, ...], shown: str) -> None:
    scores = Scores(
        scorer="lek-v1",
        scorer_version="1",
        lek_score=-2.5,
        heuristic=heuristic,
        degeneration=Degeneration(flags=flags, compression_ratio=1.0),
    )
    assert str(scores) == "-2.5 by lek-v1, version 1\n" + shown


def test_an_unprintable_unit_is_shown_escaped() -> None:
    assert str(Flag(flag="token_loop", tier="hard", start=0, unit="\x1b[31m\ud800\n", copies=9.5)) == (
        r"hard token_loop at 0: '\x1b[31m\ud800\n' × 9.5"
    )


def test_a_notebook_shows_the_same_lines() -> None:
    class Printer:
        shown = ""

        def text(self, text: str) -> None:
            self.shown += text

    printer = Printer()
    scores = score("Any text at all.")
    scores._repr_pretty_(printer, False)
    assert printer.shown == str(scores)


def test_the_repr_is_whole_and_leaves_out_what_a_flag_does_not_say() -> None:
    scores = score("")
    assert repr(scores.degeneration.flags) == "(Flag(flag='empty', tier='hard'),)"
    assert eval(repr(scores), {"Scores": Scores, "Degeneration": Degeneration, "Flag": Flag}) == scores
    assert msgspec.json.decode(msgspec.json.encode(scores), type=Scores) == scores
