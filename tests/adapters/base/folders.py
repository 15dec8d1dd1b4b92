"""Tokenizer folders of every kind that is read without transformers, all made from the demo model's."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

DEMO = Path(__file__).resolve().parents[3] / "server" / "demo" / "model"
CONFIG, FILE, MAP = "tokenizer_config.json", "tokenizer.json", "special_tokens_map.json"

Change = Callable[[Path], None]


def copy_demo(folder: Path, *changes: Change) -> Path:
    """Copy everything but the weights, and change it."""
    shutil.copytree(DEMO, folder, ignore=shutil.ignore_patterns("*.safetensors"))
    for change in changes:
        change(folder)
    return folder


def with_config(**entries: Any) -> Change:
    """Set entries of tokenizer_config.json; None takes one away."""
    return lambda folder: _edit(folder / CONFIG, lambda config: _merge(config, entries))


def with_map(**entries: Any) -> Change:
    """Write special_tokens_map.json."""
    return lambda folder: _write(folder / MAP, entries)


def with_model(**entries: Any) -> Change:
    """Set entries of the model in tokenizer.json."""
    return lambda folder: _edit(folder / FILE, lambda file: file | {"model": file["model"] | entries})


def with_file(**entries: Any) -> Change:
    """Set entries of tokenizer.json."""
    return lambda folder: _edit(folder / FILE, lambda file: file | entries)


def with_added(*tokens: dict[str, Any]) -> Change:
    """Put added tokens behind those of tokenizer.json."""
    return lambda folder: _edit(folder / FILE, lambda file: file | {"added_tokens": [*file["added_tokens"], *map(added, tokens)]})


def with_older_merges(folder: Path) -> None:
    """Write merges as one string each."""
    _edit(folder / FILE, lambda file: file | {"model": file["model"] | {"merges": [" ".join(one) for one in file["model"]["merges"]]}})


def added(token: dict[str, Any]) -> dict[str, Any]:
    """Complete an added token as the library writes it."""
    return {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": False} | token


def _merge(config: dict[str, Any], entries: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in (config | entries).items() if value is not None}


def _edit(file: Path, change: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    _write(file, change(json.loads(file.read_text())))


def _write(file: Path, content: dict[str, Any]) -> None:
    file.write_text(json.dumps(content))


NUMBERED = {str(place): added({"content": text, "special": True}) for place, text in enumerate(("<pad>", "<eos>", "<bos>", "<unk>"))}
SPM_DECODER = {
    "type": "Sequence",
    "decoders": [
        {"type": "Replace", "pattern": {"String": "▁"}, "content": " "},
        {"type": "ByteFallback"},
        {"type": "Fuse"},
        {"type": "Strip", "content": " ", "start": 1, "stop": 0},
    ],
}
KINDS: dict[str, tuple[Change, ...]] = {
    "as it is": (),
    "Gemma's class": (with_config(tokenizer_class="GemmaTokenizer"),),
    "Gemma's older name": (with_config(tokenizer_class="GemmaTokenizerFast"),),
    "no class": (with_config(tokenizer_class=None),),
    "an older plain class": (with_config(tokenizer_class="PreTrainedTokenizerFast"),),
    "older merges": (with_older_merges,),
    "Gemma's class, another model around the merges": (
        with_config(tokenizer_class="GemmaTokenizer"),
        with_model(byte_fallback=False, fuse_unk=False, ignore_merges=True),
        with_file(normalizer=None, pre_tokenizer=None),
    ),
    "pieces in the configuration": (with_config(added_tokens_decoder=NUMBERED),),
    "Gemma's class, pieces in the configuration": (with_config(tokenizer_class="GemmaTokenizer", added_tokens_decoder=NUMBERED),),
    "pieces that only the configuration has": (
        with_config(
            added_tokens_decoder=NUMBERED | {"4096": added({"content": "<new>", "special": True}), "4097": added({"content": "wor"})}
        ),
    ),
    "special tokens in both files": (
        with_map(eos_token=added({"content": "<end_of_turn>"}), sep_token="<sep>", additional_special_tokens=["<start_of_turn>", "<more>"]),
    ),
    "named and extra tokens": (with_config(image_token="<image>", extra_special_tokens={"boi_token": "<boi>"}),),
    "the older name of extra tokens": (with_config(extra_special_tokens=None, additional_special_tokens=["<extra>"]),),
    "pieces that take blanks": (
        with_added(
            {"id": 4096, "content": "<|l|>", "lstrip": True}, {"id": 4097, "content": "walk", "single_word": True, "normalized": True}
        ),
    ),
    "thinking": (with_added({"id": 4096, "content": "<think>", "special": True}, {"id": 4097, "content": "</think>", "special": True}),),
    "a leading blank that is cut": (with_file(decoder=SPM_DECODER),),
    "another decoder": (with_file(decoder={"type": "Fuse"}),),
    "no end of text": (with_config(eos_token=None),),
}
