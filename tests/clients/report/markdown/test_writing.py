"""Markdown's own characters."""

import pytest

from clients.report.markdown.writing import block, bullets, code, escaped, table


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("token_loop rose", "token_loop rose"),
        ("_a_ *b* `c`", r"\_a\_ \*b\* \`c\`"),
        ("a|b\nc", r"a\|b c"),
        ("[x](y) <b> &amp; AT&T $1 ~a~", r"\[x\](y) \<b\> \&amp; AT\&T \$1 \~a\~"),
        ("# no heading", r"\# no heading"),
        ("- no item", r"\- no item"),
        ("6. no item", r"6\. no item"),
        ("2026-11-22", "2026-11-22"),
        ("0.1.0", "0.1.0"),
        ("--max-tokens", "--max-tokens"),
        ("C:\\x", r"C:\\x"),
    ],
)
def test_text_is_escaped_where_it_would_mean_something(text: str, expected: str) -> None:
    assert escaped(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("a_b", "`a_b`"), ("a`b", "``a`b``"), ("`a``", "``` `a`` ```"), ("a|b", "`a\\|b`"), ("a\nb\x00", "`a b`"), (" ", "")],
)
def test_code_span_holds_any_text(text: str, expected: str) -> None:
    assert code(text) == expected


def test_block_is_fenced_longer_than_what_it_holds() -> None:
    assert block("a\n````\nb", "sh") == "`````sh\na\n````\nb\n`````"


def test_table_and_bullets() -> None:
    assert table(("a", "b"), [("1", "2")]) == "| a | b |\n| :-- | --: |\n| 1 | 2 |"
    assert bullets(["a", "b"]) == "- a\n- b"
