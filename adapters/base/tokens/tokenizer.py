"""A model's tokenizer on the tokenizers library alone, with the ids that transformers gives for Gemma 3.

transformers reads Gemma's 33 MB four times, three of them in Python, and throws half of it away; here it is read once. What a folder
seldom has (no `tokenizer.json`, another tokenizer's class, code of its own) goes through transformers, whose parts are then taken over.
"""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
import tokenizers
from tokenizers import decoders, normalizers, pre_tokenizers
from transformers import AutoTokenizer

from adapters.base.model_file import REMEDY, is_there, read_model_file
from adapters.base.tokens.special_tokens import CONFIG_NAME, AddedPiece, SpecialTokens, read_added_pieces, read_json, read_special_tokens
from adapters.base.tokens.tokenizer_file import FILE_NAME, TokenizerFile, add_listed, as_added_token, build, read_tokenizer_file

MOST_PIECES = 1 << 24  # many times Gemma's: a list of them is made
SENTENCEPIECE_NAME = "tokenizer.model"
ADDED_NAME = "added_tokens.json"
GEMMA_CLASS = "GemmaTokenizer"
PLAIN_CLASSES = ("TokenizersBackend", "PreTrainedTokenizer")  # as transformers 5 and 4 call a tokenizer that is what its file says
GEMMA_TOKENS = {"unk_token": "<unk>", "bos_token": "<bos>", "eos_token": "<eos>", "pad_token": "<pad>", "mask_token": "<mask>"}
OWN_WAYS = ("auto_map", "fast_tokenizer_files", "split_special_tokens")  # of tokenizer_config.json
RESERVED = re.compile(r"<unused\d+>|\[multimodal\]")  # Gemma's pieces for later use, which its files do not call special
THINKING_MARKERS = (
    ("<think>", "</think>"),
    ("<longcat_think>", "</longcat_think>"),
    ("<|think:start|>", "<|think:end|>"),
    ("<|channel>", "<channel|>"),
    ("<|open|>", "<|close|>", "<|sep|>", "<|end_of_msg|>"),
)


class Tokenizer:
    """Text to ids and back; safe to use from several threads."""

    def __init__(
        self, backend: tokenizers.Tokenizer, vocabulary: Mapping[str, int], special_tokens: SpecialTokens, decoder: object
    ) -> None:
        """Take the library's tokenizer, its vocabulary, and the decoder as `tokenizer.json` has it (None without one)."""
        backend.no_truncation()
        backend.no_padding()
        self._backend = backend
        self.vocabulary = vocabulary  # ids by piece, added pieces among them
        self.special_tokens = special_tokens
        self.decoder = decoder
        if (last := max(vocabulary.values(), default=0)) >= MOST_PIECES:
            raise ValueError(f"the vocabulary has a piece with the id {last}; expected fewer than {MOST_PIECES}")
        self.pieces = [""] * (max(vocabulary.values(), default=-1) + 1)  # by id
        for piece, token in vocabulary.items():
            self.pieces[token] = piece

    @property
    def eos_id(self) -> int | None:
        """The id of the end of text, the unknown piece's where the end has none; None where neither is named."""
        named = self.special_tokens.named
        if (end := named.get("eos_token")) is None:
            return None
        return self.vocabulary.get(end, self.vocabulary.get(named.get("unk_token", "")))

    @property
    def special_ids(self) -> frozenset[int]:
        """The ids of the special tokens: those with names, and those that its files mark so."""
        marked = (place for place, piece in self._backend.get_added_tokens_decoder().items() if piece.special)
        named = (self.vocabulary[spelling] for spelling in self.special_tokens.all() if spelling in self.vocabulary)
        return frozenset((*marked, *named))

    @property
    def can_think(self) -> bool:
        """Whether the vocabulary has markers of a reasoning part, as mlx-lm asks before it lets a template open one."""
        return any(all(marker in self.vocabulary for marker in markers) for markers in THINKING_MARKERS)

    def control_pieces(self, template: str) -> frozenset[str]:
        """Give the spellings of the pieces that steer the model: special and reserved ones, and added ones that its template spells.

        Gemma's other added pieces are text: runs of white space, HTML's tags.
        """
        added = self._backend.get_added_tokens_decoder().values()
        controls = (one.content for one in added if one.special or RESERVED.fullmatch(one.content) or one.content in template)
        return self.special_tokens.all().union(controls)

    def encode(self, text: str, *, add_special_tokens: bool = False) -> list[int]:
        """Give the ids of a text. Special tokens spelt in it become themselves; `add_special_tokens` puts what the file says around it."""
        # A batch of one lets go of the interpreter lock, which `encode` holds; the fast one leaves out the places of the tokens.
        (encoding,) = self._backend.encode_batch_fast([text], add_special_tokens=add_special_tokens)
        ids: list[int] = encoding.ids
        return ids

    def encode_all(self, texts: Sequence[str]) -> list[list[int]]:
        """Give the ids of many texts, made side by side on all processors; the same as one by one, and nothing around them."""
        return [encoding.ids for encoding in self._backend.encode_batch_fast(list(texts), add_special_tokens=False)]

    def decode(self, ids: Sequence[int]) -> str:
        """Give the text of ids, special tokens as they are spelt."""
        text: str = self._backend.decode(ids, skip_special_tokens=False)
        return text


def load_tokenizer(folder: Path, model_config: Mapping[str, Any]) -> Tokenizer:
    """Load the tokenizer of a Gemma 3's folder. Raises OSError or ValueError with a message for people."""
    config = read_json(folder / CONFIG_NAME)
    kind = _find_class(config, model_config)
    has_older_list = _has_older_list(folder) and "added_tokens_decoder" not in config
    is_usual = kind in (GEMMA_CLASS, *PLAIN_CLASSES) and not has_older_list and not any(config.get(way) for way in OWN_WAYS)
    has_file = is_there(folder / FILE_NAME)
    if not has_file and not is_there(folder / SENTENCEPIECE_NAME):
        raise ValueError(f"there is neither {FILE_NAME} nor {SENTENCEPIECE_NAME}; {REMEDY}")  # transformers would make up one
    if not is_usual or not has_file:
        return _load_by_transformers(folder)
    file = read_tokenizer_file(folder)
    special_tokens = read_special_tokens(folder, config, GEMMA_TOKENS if kind == GEMMA_CLASS else {})
    configured = read_added_pieces(config)
    backend = build_gemma(file, special_tokens, configured) if kind == GEMMA_CLASS else _build_plain(file, configured)
    _add_missing(backend, special_tokens)
    vocabulary = file.model.vocab
    vocabulary |= {token.content: place for place, token in backend.get_added_tokens_decoder().items()}
    return Tokenizer(backend, vocabulary, special_tokens, msgspec.json.decode(file.decoder))


def _find_class(config: Mapping[str, Any], model_config: Mapping[str, Any]) -> str:
    named = config.get("tokenizer_class") or model_config.get("tokenizer_class") or GEMMA_CLASS
    if not isinstance(named, str):
        raise ValueError(f"{CONFIG_NAME}: tokenizer_class is {named!r}; expected the name of a class; {REMEDY}")
    return named.removesuffix("Fast")


def _has_older_list(folder: Path) -> bool:
    """Say whether added pieces stand in a file of their own, which goes through transformers."""
    listed = read_json(folder / ADDED_NAME)
    if any(type(token) is not int or token < 0 for token in listed.values()):
        raise ValueError(f"{ADDED_NAME} cannot be read: expected ids by piece; {REMEDY}")
    return bool(listed)


def _build_plain(file: TokenizerFile, configured: Sequence[AddedPiece] | None) -> tokenizers.Tokenizer:
    """Build what the file says, and add what only the configuration has."""
    backend = build(file)
    add_listed(backend, file.added_tokens)
    known = {repr(as_added_token(piece)) for piece in file.added_tokens}
    missing = [token for piece in configured or () if repr(token := as_added_token(piece)) not in known]
    backend.add_tokens(missing)
    return backend


def build_gemma(file: TokenizerFile, special_tokens: SpecialTokens, configured: Sequence[AddedPiece] | None) -> tokenizers.Tokenizer:
    """Build as transformers' class for Gemma does: vocabulary and merges are the file's, what is done around them is the class's.

    Of the added pieces, the configuration's list goes before the file's.
    """
    model = msgspec.structs.replace(
        file.model,
        unk_token=special_tokens.named.get("unk_token"),
        fuse_unk=True,
        byte_fallback=True,
        ignore_merges=False,
        dropout=None,
        continuing_subword_prefix=None,
        end_of_word_suffix=None,
    )
    backend = build(msgspec.structs.replace(file, model=model))
    backend.normalizer = normalizers.Replace(" ", "▁")
    backend.pre_tokenizer = pre_tokenizers.Split(" ", behavior="merged_with_previous")
    backend.decoder = decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse()])
    listed = sorted(file.added_tokens, key=lambda piece: piece.id)
    pieces: Sequence[AddedPiece] = listed if configured is None else configured
    named = frozenset(special_tokens.named.values())
    backend.add_tokens(
        [as_added_token(msgspec.structs.replace(piece, special=piece.special or piece.content in named)) for piece in pieces]
    )
    return backend


def _add_missing(backend: tokenizers.Tokenizer, special_tokens: SpecialTokens) -> None:
    known = {token.content for token in backend.get_added_tokens_decoder().values()}
    named = dict.fromkeys((*special_tokens.named.values(), *special_tokens.extra))
    backend.add_tokens([tokenizers.AddedToken(one, special=True) for one in named if one not in known])


def _load_by_transformers(folder: Path) -> Tokenizer:
    try:
        theirs = AutoTokenizer.from_pretrained(folder)
        backend = theirs.backend_tokenizer
        special_tokens = SpecialTokens(named=theirs.special_tokens_map, extra=tuple(theirs.all_special_tokens))
        decoder = msgspec.json.decode(read_model_file(folder / FILE_NAME) or b"{}", type=dict[str, Any]).get("decoder")
    except Exception as exc:  # it raises whatever its many parts do
        raise ValueError(f"transformers cannot make a tokenizer of its files: {exc}; {REMEDY}") from exc
    return Tokenizer(backend, backend.get_vocab(), special_tokens, decoder)
