"""What an endpoint says is wrong, in whatever it is wrapped."""

from typing import Any

import pytest

from clients.asking.error_words import MAX_CHARS, read_error_words

PAGE = (
    '<!DOCTYPE html>\n<html lang="en"><head><title>api.example.com | 524: A timeout&nbsp;occurred</title><style>b{}</style></head></html>'
)


@pytest.mark.parametrize(
    ("error", "words"),
    [
        ("no such row", "no such row"),
        ({"message": "no such row", "code": 404}, "no such row"),
        ({"error": {"message": "inner"}}, "inner"),
        ([{"error": {"code": 400, "message": "API key not valid."}}], "API key not valid."),
        ({"detail": {"msg": "Server is busy", "type": "service_unavailable"}}, "Server is busy"),
        (
            {
                "object": "error",
                "message": {"detail": [{"loc": ["body", "top_k"], "msg": "Extra"}, {"loc": ["body", "min_p"], "msg": "Extra"}]},
            },
            "Extra (body.top_k); Extra (body.min_p)",
        ),
        (
            {"message": "Provider returned error", "metadata": {"raw": "out of memory", "provider_name": "X"}},
            "Provider returned error: out of memory",
        ),
        ({"message": "Provider returned error", "metadata": None}, "Provider returned error"),
        (PAGE, "api.example.com | 524: A timeout occurred (a page of HTML)"),
        ("<html><body><script>var x;</script><h1>Bad</h1> <p>gateway</p>", "Bad gateway (a page of HTML)"),
        ("<think> is no page", "<think> is no page"),
        ({"code": 3}, "{'code': 3}"),
        ([], ""),
        ("red\n\x1b[31m", "red [31m"),
    ],
)
def test_words_are_found(error: Any, words: str) -> None:
    assert read_error_words(error) == words


def test_what_is_long_or_deep_is_cut() -> None:
    deep: Any = "end"
    for _ in range(100):
        deep = [{"error": deep}]
    assert len(read_error_words(deep)) <= MAX_CHARS
    assert len(read_error_words("<html>" + "<b" * 100_000)) <= MAX_CHARS
