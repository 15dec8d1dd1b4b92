"""The table of scores."""

import pytest

from scoring.scores import Degeneration, Flag, Scores
from scoring.table import render_table
from scoring.verdict import score


def make_scores(lek_score: float, heuristic: dict[str, float], *flags: Flag) -> Scores:
    degeneration = Degeneration(flags=flags, compression_ratio=None)
    return Scores(scorer="lek-v1", scorer_version="1", lek_score=lek_score, heuristic=heuristic, degeneration=degeneration)


def rows_of(table: str) -> list[list[str]]:
    """The words of every line that has some, without the rule below the headings."""
    return [line.split() for line in table.splitlines() if line.strip(" ─")]


def test_a_row_has_the_score_what_is_not_zero_and_the_flags(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    flags = (Flag(flag="token_loop", tier="hard", start=1, unit="Ne", copies=9), Flag(flag="truncated", tier="soft"))
    flagged = make_scores(-20, {"degeneration": 0.5, "empty_broken": 1.0}, *flags)
    assert rows_of(render_table([("a", flagged), (2, make_scores(1.5, {"first_person": 0.0}))])) == [
        ["answer", "score", "dimensions", "flags"],
        ["a", "-20", "degeneration=0.5", "empty_broken=1", "hard", "token_loop", "at", "1:", "'Ne'", "×", "9"],
        ["soft", "truncated"],
        ["2", "1.5"],
        ["lek-v1,", "version", "1:", "2", "answers,", "mean", "-9.25,", "1", "with", "a", "hard", "flag"],
    ]


def test_nothing_is_cut_where_it_is_narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "20")
    scores = score("However, they might ask: is it consent? " * 9, scorer="lek-v2")
    name = "".join(map(chr, range(0x4E00, 0x4E40)))
    table = render_table([(name, scores)])
    words = [word for row in rows_of(table) for word in row]
    assert {f"{name}={value:g}" for name, value in scores.heuristic.items() if value} <= set(words)
    assert [char for char in table if char in name] == list(name)
    assert max(map(len, table.splitlines())) <= 80


def test_a_name_cannot_act_on_the_terminal() -> None:
    table = render_table([("\x1b[31m[red]\n", make_scores(0, {}))])
    assert r"\x1b[31m[red]\n" in table
    assert "\x1b" not in table


def test_without_answers_it_says_so() -> None:
    assert render_table([]) == "no answers\n"
