"""A tokenizer out of a file: transformers' merges, pieces of every kind, and files that make none."""

import math
from pathlib import Path
from typing import Any

import pytest
from transformers.tokenization_utils_base import generate_merges

from adapters.base.gguf.header import read_header
from adapters.base.gguf.tokenizer import find_merges, load_gguf_tokenizer
from adapters.base.vocabulary import load_vocabulary
from tests.adapters.base.gguf.writing import CONTROL, NORMAL, USER_DEFINED, demo_metadata, write_gguf

PIECES = ["a", "b", "ab", "aa", "aab", "▁", "▁a", "▁ab", "ba", "aba", "▁aba"]


def write_pieces(path: Path, *pieces: tuple[str, int], **changes: Any) -> Path:
    """Write the demo's vocabulary with other pieces behind it."""
    own = demo_metadata()
    tokens, scores, kinds = (list(own[f"tokenizer.ggml.{name}"]) for name in ("tokens", "scores", "token_type"))
    for piece, kind in pieces:
        tokens.append(piece)
        scores.append(-1000.0)
        kinds.append(kind)
    listed = {"tokens": tokens, "scores": scores, "token_type": kinds, **changes}
    return write_gguf(path, metadata={f"tokenizer.ggml.{name}": value for name, value in listed.items()})


def test_merges_are_transformers_in_their_order() -> None:
    scores = [-float(place // 2) for place in range(len(PIECES))]  # with equals
    vocabulary = {piece: token for token, piece in enumerate(PIECES)}
    expected = generate_merges(vocabulary, dict(zip(PIECES, scores, strict=True)))
    assert find_merges(PIECES, scores, vocabulary) == expected
    assert len(expected) > 6


def test_a_text_has_the_demo_models_ids(tmp_path: Path) -> None:
    vocabulary = load_vocabulary(write_gguf(tmp_path / "demo.gguf"))
    text = "Tell me about the sea.\n\nWhat is it? 12,5 % ☃ 漢字"
    ids = vocabulary.tokenizer.encode(text, add_special_tokens=True)
    assert vocabulary.tokenizer.pieces[ids[0]] == "<bos>"
    assert vocabulary.tokenizer.decode(ids[1:]) == text
    assert vocabulary.detokenizers.joins_bytes


def test_ends_are_the_files_and_the_turns(tmp_path: Path) -> None:
    vocabulary = load_vocabulary(write_gguf(tmp_path / "demo.gguf"))
    assert {vocabulary.tokenizer.pieces[token] for token in vocabulary.end_ids} == {"<eos>", "<end_of_turn>"}


def test_ends_that_ollama_lists_are_ends(tmp_path: Path) -> None:
    vocabulary = load_vocabulary(write_gguf(tmp_path / "demo.gguf", metadata={"tokenizer.ggml.eos_token_ids": [1, 7]}))
    assert {1, 7} <= vocabulary.end_ids


def test_runs_of_blanks_are_found_though_the_file_writes_them_plainly_and_scores_them_low(tmp_path: Path) -> None:
    file = write_pieces(tmp_path / "blanks.gguf", ("     ", USER_DEFINED))
    tokenizer = load_gguf_tokenizer(read_header(file)).tokenizer
    ids = tokenizer.encode("     ")
    assert tokenizer.decode(ids) == "     "
    assert tokenizer.vocabulary["▁▁▁▁▁"] == len(tokenizer.pieces) - 1


def test_pieces_that_steer_the_model_are_special_whatever_the_file_calls_them(tmp_path: Path) -> None:
    file = write_pieces(tmp_path / "steering.gguf", ("<end_of_image>", USER_DEFINED), ("<tool>", CONTROL), ("<h1>", USER_DEFINED))
    controls = load_gguf_tokenizer(read_header(file)).tokenizer.control_pieces("")
    assert {"<end_of_image>", "<tool>", "<end_of_turn>"} <= controls
    assert "<h1>" not in controls


def test_the_files_own_template_is_used(tmp_path: Path) -> None:
    template = "{% for message in messages %}[{{ message.content }}]{% endfor %}"
    vocabulary = load_vocabulary(write_gguf(tmp_path / "demo.gguf", metadata={"tokenizer.chat_template": template}))
    assert vocabulary.template.render([{"role": "user", "content": "Hello"}], add_generation_prompt=True) == "[Hello]"


def test_without_a_template_gemmas_own_is_used_and_said(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    vocabulary = load_vocabulary(write_gguf(tmp_path / "demo.gguf"))
    assert "<start_of_turn>user\nHello" in vocabulary.template.render([{"role": "user", "content": "Hello"}], add_generation_prompt=True)
    assert "no chat template" in caplog.text


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"model": "gpt2"}, "tokenizer.ggml.model is 'gpt2'"),
        ({"scores": [0.0]}, "scores has 1 entries"),
        ({"scores": [0.0] * 4096}, "scores are all alike"),
        ({"scores": [-1.0] * 4095 + [math.nan]}, "scores has values that are not finite"),
        ({"token_type": [NORMAL] * 4095 + [9]}, "token_type has 9; expected 1 to 6"),
        ({"token_type": [CONTROL] * 4096}, "no piece is text"),
        ({"eos_token_ids": [1, 4096]}, "eos_token_ids has 4096"),
        ({"eos_token_id": 99_999}, "eos_token_id is 99999"),
        ({"add_space_prefix": True}, "add_space_prefix is true"),
        ({"tokens": None}, "missing required field `tokens`"),
    ],
)
def test_a_vocabulary_that_is_not_gemmas_is_refused(tmp_path: Path, changes: dict[str, Any], complaint: str) -> None:
    file = write_pieces(tmp_path / "bad.gguf", **changes)
    with pytest.raises(ValueError, match=complaint):
        load_gguf_tokenizer(read_header(file))


def test_a_piece_that_stands_twice_is_refused(tmp_path: Path) -> None:
    file = write_pieces(tmp_path / "twice.gguf", ("<again>", NORMAL), ("<again>", NORMAL))
    with pytest.raises(ValueError, match="a piece twice"):
        load_gguf_tokenizer(read_header(file))
