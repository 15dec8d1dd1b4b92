"""The tokenizer in a GGUF file: Gemma's, with the ids that its own `tokenizer.json` gives.

The file lists pieces with scores, as sentencepiece does, and no merges: a pair is merged if it makes a piece, the piece with the best score
first. transformers' converter finds the merges that way, and in the same order.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from adapters.base.gguf.header import GgufHeader
from adapters.base.tokens.special_tokens import SpecialTokens
from adapters.base.tokens.tokenizer import Tokenizer, build_gemma
from adapters.base.tokens.tokenizer_file import BytePairs, ListedPiece, Merge, TokenizerFile

MODEL = "llama"  # sentencepiece's byte pairs, as llama.cpp calls them
PREFIX = "tokenizer.ggml."
TEMPLATE = "tokenizer.chat_template"
CONTROL, USER_DEFINED, UNKNOWN, UNUSED = 3, 4, 2, 5  # llama.cpp's kinds of pieces that are more than text
PIECE, BYTE = 1, 6  # and those that are text
BLANK, OWN_BLANK = " ", "▁"
NAMES = {"bos": "bos_token", "eos": "eos_token", "unknown": "unk_token", "padding": "pad_token", "mask": "mask_token"}
STEERING = frozenset({"<start_of_turn>", "<end_of_turn>", "<start_of_image>", "<end_of_image>"})  # though some files call them text
REMEDY = "convert the model anew, with llama.cpp's own convert_hf_to_gguf.py"
USER_DEFINED_SCORE = 0.0  # the best: sentencepiece finds such pieces before all others; llama.cpp's converter writes -1000


class _Listed(msgspec.Struct, frozen=True, kw_only=True):
    model: str
    tokens: list[str]
    scores: list[float]
    token_type: list[int]
    bos_token_id: int | None = None
    eos_token_id: int | None = None
    eos_token_ids: list[int] = []  # as Ollama lists them
    eot_token_id: int | None = None
    unknown_token_id: int | None = None
    padding_token_id: int | None = None
    mask_token_id: int | None = None
    add_bos_token: bool = True
    add_eos_token: bool = False
    add_space_prefix: bool = False


class GgufTokenizer(msgspec.Struct, frozen=True, kw_only=True):
    """What a file says of text."""

    tokenizer: Tokenizer
    template: str | None
    end_ids: tuple[int, ...]


def load_gguf_tokenizer(header: GgufHeader) -> GgufTokenizer:
    """Build it. Raises ValueError with a message for people."""
    listed = _read(header.metadata)
    if not isinstance(template := header.metadata.get(TEMPLATE), str | None):
        raise ValueError(f"{TEMPLATE} is no text")
    pieces = [
        piece.replace(BLANK, OWN_BLANK) if kind == USER_DEFINED else piece
        for piece, kind in zip(listed.tokens, listed.token_type, strict=True)
    ]
    vocabulary = {piece: token for token, piece in enumerate(pieces)}
    if len(vocabulary) < len(pieces):
        raise ValueError(f"{PREFIX}tokens has a piece twice")
    special = _find_special(listed, pieces)
    file = TokenizerFile(
        model=BytePairs(vocab=vocabulary, merges=find_merges(pieces, _rank(listed), vocabulary)),
        added_tokens=_list_added(listed, pieces),
        post_processor=msgspec.Raw(msgspec.json.encode(_surround(listed, pieces))),
    )
    backend = build_gemma(file, special, None)
    ends = (listed.eos_token_id, *listed.eos_token_ids, listed.eot_token_id)
    return GgufTokenizer(
        tokenizer=Tokenizer(backend, vocabulary, special, msgspec.json.decode(backend.decoder.__getstate__())),
        template=template,
        end_ids=tuple(token for token in ends if token is not None),
    )


def find_merges(pieces: Sequence[str], scores: Sequence[float], vocabulary: Mapping[str, int]) -> list[Merge]:
    """Find every pair of pieces that makes a piece: of the best score first, then by how long the left one is, and the right one."""
    found = []
    for piece, score in zip(pieces, scores, strict=True):
        for cut in range(len(piece) - 1, 0, -1):
            if (right := piece[cut:]) in vocabulary and (left := piece[:cut]) in vocabulary:
                found.append((-score, -cut, len(left) - len(piece), left, right))
    found.sort(key=lambda pair: pair[:3])
    return [(left, right) for *_, left, right in found]


def _read(metadata: Mapping[str, Any]) -> _Listed:
    given = {key.removeprefix(PREFIX): value for key, value in metadata.items() if key.startswith(PREFIX)}
    if (kind := given.get("model")) != MODEL:
        raise ValueError(f"{PREFIX}model is {kind!r}; expected {MODEL!r}, as in every Gemma 3")
    try:
        listed = msgspec.convert(given, _Listed)
    except msgspec.ValidationError as exc:
        raise ValueError(f"{PREFIX}* cannot be read: {exc}") from exc
    num_pieces = len(listed.tokens)
    for name, values in (("scores", listed.scores), ("token_type", listed.token_type)):
        if len(values) != num_pieces:
            raise ValueError(f"{PREFIX}{name} has {len(values)} entries; expected {num_pieces}, as {PREFIX}tokens")
    ids = {name: value for name in listed.__struct_fields__ if name.endswith("_id") and (value := getattr(listed, name)) is not None}
    if wrong := [f"{PREFIX}{name} is {value}" for name, value in ids.items() if not 0 <= value < num_pieces]:
        raise ValueError(f"{', '.join(wrong)}; expected the id of one of {num_pieces} pieces")
    if beyond := [token for token in listed.eos_token_ids if not 0 <= token < num_pieces]:
        raise ValueError(f"{PREFIX}eos_token_ids has {beyond[0]}; expected ids of some of {num_pieces} pieces")
    _check_pieces(listed)
    if listed.add_space_prefix:
        raise ValueError(f"{PREFIX}add_space_prefix is true; Gemma's texts begin as they are written")
    return listed


def _check_pieces(listed: _Listed) -> None:
    """See that kinds and scores tell how a text is cut: by those of another making it would be cut otherwise, without a word."""
    kinds = {CONTROL, USER_DEFINED, UNKNOWN, UNUSED, PIECE, BYTE}
    if wrong := [kind for kind in listed.token_type if kind not in kinds]:
        raise ValueError(f"{PREFIX}token_type has {wrong[0]}; expected {min(kinds)} to {max(kinds)}")
    if not all(map(math.isfinite, listed.scores)):
        raise ValueError(f"{PREFIX}scores has values that are not finite")
    ranks = {score for score, kind in zip(listed.scores, listed.token_type, strict=True) if kind == PIECE}
    if len(ranks) < 2:
        raise ValueError(f"{PREFIX}scores are all alike, or no piece is text: they do not tell which pair is merged first; {REMEDY}")


def _rank(listed: _Listed) -> list[float]:
    return [USER_DEFINED_SCORE if kind == USER_DEFINED else score for score, kind in zip(listed.scores, listed.token_type, strict=True)]


def _find_special(listed: _Listed, pieces: Sequence[str]) -> SpecialTokens:
    ids = {spelt: getattr(listed, f"{name}_token_id") for name, spelt in NAMES.items()}
    return SpecialTokens(named={spelt: pieces[token] for spelt, token in ids.items() if token is not None}, extra=())


def _list_added(listed: _Listed, pieces: Sequence[str]) -> list[ListedPiece]:
    return [
        ListedPiece(id=token, content=pieces[token], normalized=False, special=kind in (CONTROL, UNKNOWN) or pieces[token] in STEERING)
        for token, kind in enumerate(listed.token_type)
        if kind in (CONTROL, USER_DEFINED, UNKNOWN, UNUSED)
    ]


def _surround(listed: _Listed, pieces: Sequence[str]) -> dict[str, Any] | None:
    """Give what puts the file's ends around a text, as tokenizer.json spells it."""
    before = [listed.bos_token_id] if listed.add_bos_token and listed.bos_token_id is not None else []
    after = [listed.eos_token_id] if listed.add_eos_token and listed.eos_token_id is not None else []
    if not before and not after:
        return None
    text = {"Sequence": {"id": "A", "type_id": 0}}

    def spell(tokens: list[int]) -> list[dict[str, Any]]:
        return [{"SpecialToken": {"id": pieces[token], "type_id": 0}} for token in tokens]

    return {
        "type": "TemplateProcessing",
        "single": [*spell(before), text, *spell(after)],
        "pair": [*spell(before), text, {"Sequence": {"id": "B", "type_id": 1}}, *spell(after)],
        "special_tokens": {pieces[token]: {"id": pieces[token], "ids": [token], "tokens": [pieces[token]]} for token in (*before, *after)},
    }
