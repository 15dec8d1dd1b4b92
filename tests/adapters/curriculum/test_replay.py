"""Rows that are seen again are drawn by the seed alone, none twice before all were drawn once."""

from collections import Counter
from pathlib import Path

from adapters.curriculum.replay import Source, count_replayed, draw_rows, read_rows

SOURCES = [Source("one", tuple(b"a%d" % number for number in range(6))), Source("two", tuple(b"b%d" % number for number in range(4)))]


def test_replayed_rows_make_their_share_of_the_stage() -> None:
    assert [count_replayed(90, share) for share in (0.1, 0.5, 0.0)] == [10, 90, 0]


def test_the_seed_and_the_stage_decide_what_is_drawn() -> None:
    drawn = draw_rows(SOURCES, 5, seed=1, stage="three")
    assert drawn == draw_rows(SOURCES, 5, seed=1, stage="three")
    others = [draw_rows(SOURCES, 5, seed=2, stage="three").rows, draw_rows(SOURCES, 5, seed=1, stage="four").rows]
    assert drawn.rows not in others
    assert sum(drawn.counts.values()) == 5 and len(set(drawn.rows)) == 5


def test_more_rows_than_there_are_come_round_again() -> None:
    drawn = draw_rows(SOURCES, 25, seed=0, stage="three")
    assert set(Counter(drawn.rows).values()) == {2, 3}
    assert 12 <= drawn.counts["one"] <= 18


def test_no_rows_are_drawn_of_nothing() -> None:
    assert draw_rows([], 5, seed=0, stage="three") == ((), {})


def test_lines_that_hold_nothing_are_no_rows(tmp_path: Path) -> None:
    file = tmp_path / "rows.jsonl"
    file.write_bytes(b"\xef\xbb\xbf{}\r\n\n  \n[1]")
    assert read_rows(file) == (b"{}", b"[1]")
