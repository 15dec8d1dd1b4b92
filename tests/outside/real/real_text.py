"""From Gemma's tokens to text: pieces of single bytes, blanks at the beginning, scripts without pieces; as mlx-lm has it."""

import random

import pytest

from server.engine.mlx.engine import MlxEngine
from server.engine.protocol import Piece, Sampling
from tests.outside.real.asking import asked, collect, tokens_of
from tests.outside.real.conversations import SHORT
from tests.outside.real.reference import Reference
from tests.server.engine.asking import Answer, ask
from tests.server.engine.conftest import Run

WANTED = 100.0
NUM_BYTES = 40
TEXTS = (
    "  two blanks in front, and\ttabs\r\nlines\n\n\n\nand a tail  ",
    "Füße, naïve, Ελληνικά, здравствуйте, שלום, العربية, हिन्दी, ไทย, 日本語の文章, 한국어, 中文",
    "👩‍👩‍👧‍👦 🏳️‍🌈 🤷🏽‍♀️ e\u0301 ﬁ \u200b\u00a0\u2028",
    "𓀀𓁐 𒀀 𐎠 ꙮ 🫨 \U0010ffff",  # some have no piece and are spelt in bytes
    "def f(x):\n        return x**2  # <b>1,234.50</b>",
)


def byte_ids(reference: Reference) -> list[int]:
    """Give the ids of the pieces `<0x00>` to `<0xFF>`."""
    return [reference.tokenizer.convert_tokens_to_ids(f"<0x{byte:02X}>") for byte in range(256)]


@pytest.mark.parametrize("seed", range(4))
def test_a_stream_of_any_bytes_is_the_whole_text(engine: MlxEngine, run: Run, reference: Reference, seed: int) -> None:
    bytes_by_id = {token: byte for byte, token in enumerate(byte_ids(reference))}
    # Of a few of them the more, so that whole characters come too: E2 82 AC is a euro.
    bias = tuple((token, WANTED + (2 if byte in (0xE2, 0x82, 0xAC, 0x41) else 0)) for token, byte in bytes_by_id.items())
    hot = Sampling(temperature=2.0, seed=seed)
    events = run(collect(engine, asked(SHORT["question"], sampling=hot, max_tokens=NUM_BYTES, logit_bias=bias)))
    ids, _ = tokens_of(events)
    assert set(ids) <= set(bytes_by_id)
    streamed = "".join(event.text for event in events if isinstance(event, Piece))
    whole = bytes(bytes_by_id[token] for token in ids).decode(errors="replace")
    assert streamed == whole == reference.detokenise(ids) == engine.texts.decode(ids)


@pytest.mark.parametrize("text", TEXTS)
def test_text_comes_back_from_its_tokens_one_by_one(engine: MlxEngine, run: Run, reference: Reference, text: str) -> None:
    ids = run(engine.texts.encode(text, adds_special_tokens=False))
    assert list(ids) == reference.tokenizer.encode(text, add_special_tokens=False)
    detokenizer = engine._runtime.vocabulary.detokenizers.make()
    shown = []
    for token in ids:
        detokenizer.add_token(token)
        shown.append(detokenizer.last_segment)
    detokenizer.finalize()
    assert "".join([*shown, detokenizer.last_segment]) == text
    assert not any("\ufffd" in segment for segment in shown)  # no character was shown before it was whole


def test_some_of_those_texts_are_spelt_in_bytes(engine: MlxEngine, run: Run, reference: Reference) -> None:
    spelt = {token for text in TEXTS for token in run(engine.texts.encode(text, adds_special_tokens=False))}
    assert len(spelt & set(byte_ids(reference))) > 8


@pytest.mark.parametrize("piece", ["▁the", "▁▁▁▁", "\n\n", "▁"])
def test_blanks_that_an_answer_begins_with_are_kept(engine: MlxEngine, run: Run, reference: Reference, piece: str) -> None:
    token = reference.tokenizer.convert_tokens_to_ids(piece)
    answer: Answer = run(ask(engine, asked(SHORT["question"], max_tokens=1, logit_bias=((token, WANTED),))))
    assert (answer.token_ids, answer.text) == ((token,), piece.replace("▁", " "))


def test_many_random_tokens_are_decoded_by_mlx_lms_rule(engine: MlxEngine, reference: Reference) -> None:
    rng, single = random.Random(3), byte_ids(reference)
    for _ in range(200):
        ids = [rng.choice(single) if rng.random() < 0.7 else rng.randrange(262_144) for _ in range(rng.randrange(1, 40))]
        assert engine.texts.decode(ids) == reference.detokenise(ids)
