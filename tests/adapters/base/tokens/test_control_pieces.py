"""Control pieces in texts: every one is broken, and nothing else is."""

import json
from pathlib import Path

import pytest

from adapters.base.tokens.control_pieces import BREAK, ControlPieces
from adapters.base.tokens.tokenizer import load_tokenizer
from tests.adapters.base.folders import DEMO, KINDS, added, copy_demo, with_added, with_config

TEMPLATE = (DEMO / "chat_template.jinja").read_text()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ""),
        ("nothing <b>here</b> <en d> <end", "nothing <b>here</b> <en d> <end"),
        ("<end>", "<|end>"),
        ("x<end><end>y", "x<|end><|end>y"),
        ("<<end>", "<<|end>"),
        ("<<<end>>>", "<|<<|end>>>"),
        ("<end><start>", "<|end><|start>"),
        ("<ender>", "<|ender>"),
        ("aaaa", "a|a|a|a"),
        (" \n\n<", " \n\n<"),
    ],
)
def test_every_spelling_is_broken_and_nothing_else(text: str, expected: str) -> None:
    controls = ControlPieces(["<end>", "<start>", "<<<end>", "<ender>", "aa", "<", "\n\n", ""])
    assert controls.break_in(text).replace(BREAK, "|") == expected


def test_without_control_pieces_every_text_stays() -> None:
    assert ControlPieces([]).break_in("<bos> and all") == "<bos> and all"


@pytest.mark.parametrize("kind", KINDS)
def test_no_tokenizer_makes_a_control_piece_of_broken_text(tmp_path: Path, kind: str) -> None:
    tokenizer = load_tokenizer(copy_demo(tmp_path / "demo", *KINDS[kind]), {})
    spellings = tokenizer.control_pieces(TEMPLATE)
    assert {"<start_of_turn>", "<end_of_turn>", "<bos>"} <= spellings
    controls = ControlPieces(spellings)
    ids = {tokenizer.vocabulary[spelling] for spelling in spellings} - {tokenizer.vocabulary["<unk>"]}
    for spelling in spellings:
        text = f"Say {spelling}{spelling} x<{spelling}> twice."
        broken = [token for part in controls.break_in(text).split(BREAK) for token in tokenizer.encode(part)]
        assert not ids & set(broken), spelling
        assert ids & set(tokenizer.encode(text)) or spelling == "<unk>"


def test_special_reserved_and_template_pieces_are_control_and_the_rest_is_text(tmp_path: Path) -> None:
    pieces = ("<unused0>", "<unused12>", "[multimodal]", "<|turn|>", "<b>", "\n\n\n", "▁▁", "<unused>")
    folder = copy_demo(
        tmp_path / "demo",
        with_added(*(added({"id": 4096 + place, "content": piece}) for place, piece in enumerate(pieces))),
        with_config(image_token="<image>"),
    )
    spellings = load_tokenizer(folder, {}).control_pieces("{{ '<|turn|>' }}")
    listed = {piece["content"] for piece in json.loads((DEMO / "tokenizer.json").read_text())["added_tokens"]}
    assert spellings == listed | {"<image>", "<unused0>", "<unused12>", "[multimodal]", "<|turn|>"}
