"""`tokenizer.json` of a byte-pair tokenizer, read once.

The tokenizers library reads such a file twice over, into values and then into a tokenizer, and hands the vocabulary out a piece at a
time afterwards: for Gemma's 33 MB that takes two thirds longer than decoding it here and handing the library vocabulary and merges.
"""

import itertools
from collections.abc import Sequence
from pathlib import Path

import msgspec
import tokenizers
from tokenizers.models import BPE

from adapters.base.model_file import REMEDY, read_model_file
from adapters.base.tokens.special_tokens import AddedPiece

FILE_NAME = "tokenizer.json"
MOST_WITHOUT_MERGES = 512  # pieces: bytes, and some that are added
NOTHING = msgspec.Raw(b"null")

Merge = tuple[str, str] | str  # the older spelling has a space between the two


class BytePairs(msgspec.Struct, frozen=True, kw_only=True):
    """The model in the file, with the library's own defaults."""

    vocab: dict[str, int]
    merges: list[Merge]
    unk_token: str | None = None
    continuing_subword_prefix: str | None = None
    end_of_word_suffix: str | None = None
    dropout: float | None = None
    fuse_unk: bool = False
    byte_fallback: bool = False
    ignore_merges: bool = False

    def build(self) -> BPE:
        """Hand it to the library."""
        given = {name: value for name in self.__struct_fields__ if (value := getattr(self, name)) is not None}
        if self.merges and isinstance(self.merges[0], str):
            given["merges"] = [tuple(merge.split(" ")) for merge in self.merges if isinstance(merge, str)]
        return BPE(**given)


class ListedPiece(AddedPiece, frozen=True, kw_only=True):
    """An added piece with its id."""

    id: int


class TokenizerFile(msgspec.Struct, frozen=True, kw_only=True):
    """What the file holds; the steps before and after the model stay as they are written."""

    model: BytePairs
    added_tokens: list[ListedPiece] = []
    normalizer: msgspec.Raw = NOTHING
    pre_tokenizer: msgspec.Raw = NOTHING
    post_processor: msgspec.Raw = NOTHING
    decoder: msgspec.Raw = NOTHING


class _Steps(msgspec.Struct, kw_only=True):
    normalizer: msgspec.Raw
    pre_tokenizer: msgspec.Raw
    post_processor: msgspec.Raw
    decoder: msgspec.Raw
    model: dict[str, object]
    added_tokens: list[object] = []
    version: str = "1.0"


def read_tokenizer_file(folder: Path) -> TokenizerFile:
    """Read the folder's file. Raises ValueError with a message for people, also for a model that has no byte pairs."""
    try:
        content = read_model_file(folder / FILE_NAME) or b""
        file = msgspec.json.decode(content, type=TokenizerFile)  # of a key that stands twice the last, as the library has it
    except (ValueError, RecursionError) as exc:  # msgspec's DecodeError is a ValueError
        raise ValueError(f"{FILE_NAME} cannot be read: {exc}; {REMEDY}") from exc
    if len(file.model.vocab) > MOST_WITHOUT_MERGES and not file.model.merges:
        raise ValueError(f"{FILE_NAME} has {len(file.model.vocab)} pieces and no merges, without which most are never met; {REMEDY}")
    return file


def build(file: TokenizerFile) -> tokenizers.Tokenizer:
    """Build the tokenizer that a file describes, without its added pieces. Raises ValueError."""
    steps = _Steps(
        normalizer=file.normalizer,
        pre_tokenizer=file.pre_tokenizer,
        post_processor=file.post_processor,
        decoder=file.decoder,
        model={"type": "BPE", "vocab": {}, "merges": []},
    )
    try:
        backend = tokenizers.Tokenizer.from_buffer(msgspec.json.encode(steps))
        backend.model = file.model.build()
    except Exception as exc:  # the library raises nothing narrower
        raise ValueError(f"{FILE_NAME} describes no tokenizer: {exc}; {REMEDY}") from exc
    return backend


def add_listed(backend: tokenizers.Tokenizer, pieces: Sequence[AddedPiece]) -> None:
    """Add pieces as the library does when it reads a file: special ones and others apart, in the order that they stand in."""
    for is_special, run in itertools.groupby(pieces, key=lambda piece: piece.special):
        tokens = [as_added_token(piece) for piece in run]
        backend.add_special_tokens(tokens) if is_special else backend.add_tokens(tokens)


def as_added_token(piece: AddedPiece) -> tokenizers.AddedToken:
    """Give the library's own form of a piece."""
    return tokenizers.AddedToken(
        piece.content,
        single_word=piece.single_word,
        lstrip=piece.lstrip,
        rstrip=piece.rstrip,
        normalized=piece.normalized,
        special=piece.special,
    )
