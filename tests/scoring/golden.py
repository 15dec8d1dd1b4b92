"""The golden texts: what the reference implementations gave for every dimension of every scorer."""

import gzip
from pathlib import Path
from typing import Any

import msgspec

TEXTS = Path(__file__).parent / "data/golden_texts.jsonl"
REPLIES = Path(__file__).parents[2] / "../shared/golden/model-replies.jsonl.gz"  # under a third party's licence: not copied


class Golden(msgspec.Struct, frozen=True, kw_only=True):
    """A text, and by scorer the expected value of each dimension and of `lek_score`, in the scorer's order."""

    id: str
    text: str
    expected: dict[str, dict[str, float]]


def golden_texts() -> list[Golden]:
    """Read the texts that lie here."""
    return _decode(TEXTS.read_bytes())


def golden_replies() -> list[Golden]:
    """Read the real replies, which lie beside the checkout on some machines only."""
    return _decode(gzip.decompress(REPLIES.read_bytes()))


def _decode(lines: bytes) -> list[Golden]:
    decoder: msgspec.json.Decoder[Any] = msgspec.json.Decoder(Golden)
    return decoder.decode_lines(lines)
