"""The special tokens of a tokenizer's folder, from `tokenizer_config.json` and the older `special_tokens_map.json`, read as transformers
does: the seven usual ones and any other `…_token` have names, which a chat template may use; the extra ones have none.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from adapters.base.json_file import decode_json
from adapters.base.model_file import REMEDY, read_model_file

CONFIG_NAME = "tokenizer_config.json"
MAP_NAME = "special_tokens_map.json"
USUAL = frozenset({"bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token"})
LISTS = ("extra_special_tokens", "additional_special_tokens")


class AddedPiece(msgspec.Struct, frozen=True, kw_only=True):
    """A piece that is found in a text before anything else, as both files spell it."""

    content: str
    single_word: bool = False
    lstrip: bool = False
    rstrip: bool = False
    normalized: bool = True
    special: bool = False


class SpecialTokens(msgspec.Struct, frozen=True, kw_only=True):
    """Special tokens as they are spelt, by name where they have one."""

    named: Mapping[str, str]
    extra: tuple[str, ...]

    def all(self) -> frozenset[str]:
        """Give them all, names aside."""
        return frozenset(self.named.values()) | frozenset(self.extra)


def read_special_tokens(folder: Path, config: Mapping[str, Any], defaults: Mapping[str, str]) -> SpecialTokens:
    """Collect them from the folder's `tokenizer_config.json`, already read, and its other file; `defaults` are the tokenizer class's."""
    entries = dict(config)
    _check(config, CONFIG_NAME)
    extra = entries.get("extra_special_tokens") or entries.get("additional_special_tokens") or []
    by_name: dict[str, Any] = extra if isinstance(extra, dict) else {}
    listed: list[Any] = [] if isinstance(extra, dict) else [*extra]
    if "added_tokens_decoder" not in config:  # the older way: transformers reads the second file only where the first has no such list
        older = read_json(folder / MAP_NAME)
        _check(older, MAP_NAME)
        entries |= older
        listed += older.get("extra_special_tokens") or (() if extra else older.get("additional_special_tokens")) or ()
    named: dict[str, Any] = {**defaults} | {name: value for name, value in entries.items() if name in USUAL}
    named |= {name: value for name, value in entries.items() if name.endswith("_token") and _spelling(value)} | by_name
    return SpecialTokens(
        named={name: spelt for name, value in named.items() if (spelt := _spelling(value))},
        extra=tuple(spelt for value in listed if (spelt := _spelling(value))),
    )


def read_added_pieces(config: Mapping[str, Any]) -> tuple[AddedPiece, ...] | None:
    """Give the pieces that `tokenizer_config.json` lists, in the order of their ids; None where it has no list."""
    if "added_tokens_decoder" not in config:
        return None
    try:
        listed = msgspec.convert(config["added_tokens_decoder"], dict[int, AddedPiece], strict=False)
    except msgspec.ValidationError as exc:
        raise ValueError(f"{CONFIG_NAME} has added tokens that cannot be read: {exc}; {REMEDY}") from exc
    return tuple(listed[place] for place in sorted(listed))


def read_json(file: Path) -> dict[str, Any]:
    """Read an object; a missing file is an empty one. Raises ValueError with the file's name."""
    try:
        content = read_model_file(file)
        return {} if content is None else decode_json(content, dict[str, Any])
    except ValueError as exc:
        raise ValueError(f"{file.name} cannot be read: {exc}; {REMEDY}") from exc


def _check(entries: Mapping[str, Any], file_name: str) -> None:
    """Refuse what would be left out without a word, and change every prompt. Raises ValueError."""
    for name in sorted(USUAL & entries.keys()):
        if entries[name] is not None and _spelling(entries[name]) is None:
            expected = "expected a token's text, or an object with it as content"
            raise ValueError(f"{file_name}: {name} is {entries[name]!r:.60}; {expected}; {REMEDY}")
    for name in LISTS:
        if not _are_tokens(entries.get(name)):
            expected = "expected tokens' texts, in a list or by name"
            raise ValueError(f"{file_name}: {name} is {entries[name]!r:.60}; {expected}; {REMEDY}")


def _are_tokens(listed: object) -> bool:
    match listed:
        case None:
            return True
        case dict():
            return all(map(_spelling, listed.values()))
        case list():
            return all(map(_spelling, listed))
        case _:
            return False


def _spelling(value: object) -> str | None:
    """A token stands in these files as its text, or as an object with that as its content."""
    spelt = value.get("content") if isinstance(value, dict) else value
    return spelt if isinstance(spelt, str) else None
