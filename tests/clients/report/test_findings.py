"""What went wrong, and what it looks like."""

import pytest

from clients.report.findings import EXCERPT_CHARS, FailureMode, cut_excerpt, find_failure_modes, find_troubled_replies
from scoring.scores import Flag
from tests.clients.samples import make_record

LOOP = Flag(flag="token_loop", tier="hard", start=5)
COLLAPSE = Flag(flag="collapse", tier="soft")


def test_every_flag_is_counted_with_the_first_offender() -> None:
    records = [
        make_record(1.0, id="p1", flags=(COLLAPSE,), response="e"),
        make_record(1.0, id="p1", sample=1, flags=(LOOP, LOOP), response="Well NeNeNe"),
        make_record(1.0, id="p2", flags=(LOOP,), response="Then 9999999"),
        make_record(None, id="p3"),
        make_record(1.0, subject="base", flags=(LOOP,), response="Also loops"),
    ]
    assert find_failure_modes(records, ["base", "tuned"]) == (
        FailureMode(subject="base", flag="token_loop", tier="hard", num_replies=1, share=1.0, ids=("p1",), excerpt="Also loops"),
        FailureMode(subject="tuned", flag="token_loop", tier="hard", num_replies=2, share=2 / 3, ids=("p1", "p2"), excerpt="Well NeNeNe"),
        FailureMode(subject="tuned", flag="collapse", tier="soft", num_replies=1, share=1 / 3, ids=("p1",), excerpt="e"),
    )


@pytest.mark.parametrize(
    ("text", "start", "expected"),
    [
        ("short", None, "short"),
        ("two\nlines\tand\x1b[31m red", None, "two lines and [31m red"),
        ("before " + "x" * EXCERPT_CHARS, 7, "[...] " + "x" * EXCERPT_CHARS),
        ("y" + "x" * EXCERPT_CHARS, 100, "[...] " + "x" * EXCERPT_CHARS),
        ("x" * (EXCERPT_CHARS + 1), 0, "x" * EXCERPT_CHARS + " [...]"),
        ("", None, ""),
        ("short", 99, "short"),
    ],
)
def test_excerpt_is_one_line_that_marks_what_it_leaves_out(text: str, start: int | None, expected: str) -> None:
    assert cut_excerpt(text, Flag(flag="f", tier="soft", start=start)) == expected


def test_every_troubled_reply_is_shown_with_its_words() -> None:
    records = [
        make_record(1.0, response="Fine."),
        make_record(None),
        make_record(-60.0, response="", finish_reason="length"),
        make_record(1.0, response="No.", refusal="No."),
        make_record(-60.0, response="", finish_reason="content_filter"),
        make_record(1.0, response="I'm unable to help."),
    ]
    assert [(reply.trouble, reply.words) for reply in find_troubled_replies(records)] == [
        ("failed", "HTTP 500: the row failed"),
        ("empty", "finish reason length"),
        ("refused", "No."),
        ("refused", "finish reason content_filter"),
        ("refused", 'refuses: "I\'m unable to help"'),
    ]
