"""Where tokens stand in a text, also those that are parts of characters."""

import pytest

from server.completions.logprobs import LogprobsWriter
from server.engine.protocol import TokenLogprobs

SMILE = "😀".encode()


@pytest.mark.parametrize(
    ("spelt", "offsets"),
    [
        ([b"a", *(SMILE[i : i + 1] for i in range(4)), b"b"], [0, 1, 1, 1, 1, 2]),
        ([b"a", SMILE[:1], SMILE[1:2], b"b", b"c"], [0, 1, 1, 2, 3]),
        ([SMILE[:1], SMILE[:1], b"b"], [0, 1, 2]),
        ([b"\xa9", b"b"], [0, 1]),
        ([SMILE[:3], "é".encode(), b"b"], [0, 1, 2]),
        ([SMILE[:2], b"", SMILE[2:], b"b"], [0, 0, 0, 1]),
    ],
)
def test_a_token_stands_where_its_text_begins(spelt: list[bytes], offsets: list[int]) -> None:
    text = b"".join(spelt).decode(errors="replace")
    at_once, writer = (LogprobsWriter(spelt.__getitem__) for _ in range(2))
    logprobs = [TokenLogprobs(logprob=-1.0, top=())] * len(spelt)
    assert list(at_once.write(range(len(spelt)), logprobs).text_offset) == offsets
    assert [offset for i in range(len(spelt)) for offset in writer.write([i], logprobs[:1]).text_offset] == offsets
    assert all(text.startswith(one.decode(), offset) for one, offset in zip(spelt, offsets, strict=True) if one.isascii())
