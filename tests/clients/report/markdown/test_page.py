"""The report as Markdown."""

import re

import pytest

from clients.report.markdown.page import render_markdown
from clients.report.report import Report
from tests.clients.samples import make_outcome, make_report
from tests.clients.written_reports import AWKWARD, cut_short, hostile, one_subject, sweep, three_subjects

BETWEEN_CELLS = re.compile(r"(?<!\\)\|")


def tables(markdown: str) -> list[list[list[str]]]:
    """Read the pipe tables: rows of cells, headings first."""
    blocks = [block for block in markdown.split("\n\n") if block.startswith("|")]
    return [[[cell.strip() for cell in BETWEEN_CELLS.split(line)[1:-1]] for line in block.splitlines()] for block in blocks]


@pytest.mark.parametrize("name", AWKWARD)
def test_tables_are_rectangular_and_hold_no_word_of_python(name: str) -> None:
    markdown = render_markdown(AWKWARD[name]())
    found = tables(markdown)
    assert len(found) >= 3
    for table in found:
        assert {len(row) for row in table} == {len(table[0])}
        assert all(re.fullmatch(":--|--:", cell) for cell in table[1])
    assert re.findall(r"\bNone\b|\bnan\b|\binf\b|\bTrue\b|\bFalse\b", markdown) == []


def test_the_notes_table_stands_with_its_intervals() -> None:
    rows = [row for table in tables(render_markdown(three_subjects())) for row in table]
    assert ["`p1`", "4.00 (-0.97 to 8.97)", "9.00 (6.52 to 11.48)", "+5.00", "improved", "0.2"] in rows
    assert ["**average of 2**", "**2.50**", "**5.50**", "**+3.00**", "", "0.5"] in rows
    assert ["`engagement_depth`", "2.50", "5.50", "+3.00", "+1.00 to +5.00", "0.5"] in rows


def test_statistics_stand_in_sentences() -> None:
    text = render_markdown(three_subjects())
    assert (
        "Mean paired difference +3.00 (95 % bootstrap interval +1.00 to +5.00; p = 0.5, exact sign-flip permutation test; Cohen's d" in text
    )
    assert (
        "By the ±0.5 rule 2 improved (100 %), 0 regressed (0 %), 0 unchanged (0 %); significant by their samples, Holm-corrected:" in text
    )
    assert "## broken against base" in text


def test_failure_modes_stand_with_their_excerpt() -> None:
    rows = [row for table in tables(render_markdown(three_subjects())) for row in table]
    assert ["broken", "`token_loop`", "hard", "`p1`", "`Well NeNeNeNe`", "3 (50 %)"] in rows


def test_one_subject_has_its_scores_alone() -> None:
    text = render_markdown(one_subject())
    assert text.startswith("# alone\n")
    rows = [row for table in tables(text) for row in table]
    assert ["`p2`", "`token_loop`", "-3.00"] in rows
    assert ["**average**", "", "**0.50** (-3.00 to 4.00)"] in rows


def test_sweep_has_its_table() -> None:
    rows = [row for table in tables(render_markdown(sweep())) for row in table]
    assert ["1.5", "at 1.5", "13.50", "12.00 to 15.00", "50 %"] in rows


def test_notes_and_a_run_cut_short_are_told() -> None:
    text = render_markdown(make_report({"base": [make_outcome(1.0)], "tuned": [make_outcome(2.0)]}))
    assert "## Notes\n\n- " in text
    assert "Nothing can be concluded from it" in text
    assert "**The run was cut short.**" in render_markdown(cut_short())


def test_what_failed_is_listed() -> None:
    report: Report = make_report({"alone": [make_outcome(None, id="a|b")]})
    rows = [row for table in tables(render_markdown(report)) for row in table]
    assert ["alone", "`a\\|b`", "0", "failed", "HTTP 500: the row failed"] in rows


def test_command_to_run_it_again_stands_at_the_end() -> None:
    text = render_markdown(one_subject())
    assert text.endswith("--scorer lek-v1\n```\n")
    assert "```sh\npython -m clients.battery \\\n  --url http://127.0.0.1:8000 \\\n  --model alone \\\n" in text


def test_hostile_texts_stay_words() -> None:
    text = render_markdown(hostile())
    prose = re.sub(r"(?s)^(`{3,})[^\n]*\n.*?\n\1$", "", text, flags=re.MULTILINE)  # without fenced blocks
    prose = re.sub(r"(?<![`\\])(`+)(?!`).+?(?<!`)\1(?!`)", "", prose)  # and code spans
    assert "onerror" in prose
    assert re.findall(r"(?<!\\)<\w|(?<!\\)\]\(|(?<!\\)`", prose) == []
    assert "\x00" not in text.replace(hostile().provenance.subjects[0].system or "", "")
