"""What a model's tokens mean: its tokenizer, chat template and detokeniser, and which tokens may be drawn and end an answer."""

import logging
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from adapters.base.errors import ModelLoadError
from adapters.base.generation_config import read_generation_config
from adapters.base.gguf.header import read_header
from adapters.base.gguf.tokenizer import load_gguf_tokenizer
from adapters.base.model_file import REMEDY, read_model_text
from adapters.base.tokens.chat_template import DEFAULT, GEMMA_TEMPLATE, ChatTemplate, FoundTemplates, read_chat_templates
from adapters.base.tokens.detokenizers import Detokenizers
from adapters.base.tokens.end_ids import find_configured_ends
from adapters.base.tokens.rehearsal import rehearse
from adapters.base.tokens.special_tokens import read_json
from adapters.base.tokens.tokenizer import Tokenizer, load_tokenizer

END_OF_TURN = "<end_of_turn>"
MOST_STRANGERS = 0.05  # of the pieces, those without a row: Gemma 3's tokenizer has one too many for 270M and 1B
FEWEST_NAMED = 0.5  # of the rows, those with a piece: some models have rows to spare

_Read = tuple[Tokenizer, frozenset[int], Callable[[], FoundTemplates]]  # the ends are those that are configured

log = logging.getLogger(__name__)


class Vocabulary(msgspec.Struct, frozen=True, kw_only=True):
    """The tokens of a model. They may be more than its rows, and fewer."""

    tokenizer: Tokenizer
    template: ChatTemplate
    detokenizers: Detokenizers
    end_ids: frozenset[int]
    configured_ends: frozenset[int] = frozenset()  # of these, those that the model's files give as ids

    def stop_ids(self, num_rows: int) -> frozenset[int]:
        """Give the ids with a row that end an answer."""
        return frozenset(token for token in self.end_ids if token < num_rows)

    def drawable(self, num_rows: int) -> frozenset[int]:
        """Give the ids with a row and a piece: Gemma 3 of 4B and above has rows to spare."""
        return frozenset(token for token in self.tokenizer.vocabulary.values() if token < num_rows)

    def check_rows(self, path: Path, num_rows: int) -> None:
        """See that these are the tokens of the model in folder `path`, whose embedding has `num_rows`. Raises ModelLoadError."""
        if beyond := sorted(token for token in self.configured_ends if token >= num_rows):
            where = "in generation_config.json, or config.json where that names none"
            raise ModelLoadError(f"the model in {path} has ids to {num_rows - 1}, but its eos_token_id names {beyond[0]}: mend it {where}")
        num_drawable, num_pieces = len(self.drawable(num_rows)), len(set(self.tokenizer.vocabulary.values()))
        if num_drawable < num_rows * FEWEST_NAMED or num_pieces - num_drawable > num_pieces * MOST_STRANGERS:
            raise ModelLoadError(
                f"the tokenizer in {path} is another model's: of its {num_pieces} ids {num_drawable} are among the {num_rows} "
                f"of the model's embedding; {REMEDY}"
            )
        if not self.stop_ids(num_rows):
            raise ModelLoadError(
                f"nothing ends an answer of the model in {path}: give it an eos_token_id in generation_config.json, "
                "or an eos_token in tokenizer_config.json"
            )


def load_vocabulary(path: Path, chat_template: Path | None = None) -> Vocabulary:
    """Load what is not the weights from `path`, a folder or a GGUF file, its template from another file if one is given.

    Raises ModelLoadError with a message for people.
    """
    try:
        tokenizer, configured_ends, find_templates = _read_file(path) if path.is_file() else _read_folder(path)
        templates, origin = _read_given(chat_template) if chat_template else _complete(find_templates())
        detokenizers = Detokenizers(tokenizer)
    except (
        OSError,
        ValueError,
        RuntimeError,
        KeyError,
        TypeError,
        AttributeError,
        MemoryError,
    ) as exc:  # of any file, all of this may come
        raise ModelLoadError(f"the tokenizer in {path} could not be loaded: {exc}") from exc
    template = ChatTemplate(templates, {**tokenizer.special_tokens.named, "enable_thinking": tokenizer.can_think})
    rehearse(template, origin=origin)
    # One alone is often missing.
    named = (tokenizer.eos_id, tokenizer.vocabulary.get(END_OF_TURN))
    return Vocabulary(
        tokenizer=tokenizer,
        template=template,
        detokenizers=detokenizers,
        end_ids=configured_ends.union(token for token in named if token is not None),
        configured_ends=configured_ends,
    )


def _read_folder(path: Path) -> _Read:
    config = read_json(path / "config.json")
    configured_ends = find_configured_ends(config, read_generation_config(path))
    tokenizer = load_tokenizer(path, config)
    _check_beginning(tokenizer, config)
    return tokenizer, configured_ends, partial(read_chat_templates, path)


def _read_file(path: Path) -> _Read:
    file = load_gguf_tokenizer(read_header(path))
    own = {} if file.template is None else {DEFAULT: file.template}
    return file.tokenizer, frozenset(file.end_ids), lambda: FoundTemplates(own, path)


def _check_beginning(tokenizer: Tokenizer, config: Mapping[str, Any]) -> None:
    """See that tokenizer and model begin a text alike: of another model's tokenizer most ids have a row, and mean something else."""
    begin = tokenizer.special_tokens.named.get("bos_token")
    found, expected = tokenizer.vocabulary.get(begin or ""), config.get("bos_token_id")
    if found is not None and type(expected) is int and found != expected:
        raise ValueError(
            f"{begin} has the id {found}, and bos_token_id of config.json is {expected}: it is another model's tokenizer ({REMEDY}), "
            "or bos_token_id has to be mended"
        )


def _read_given(file: Path) -> tuple[Mapping[str, str], str]:
    try:
        text = read_model_text(file)
    except ValueError as exc:
        raise ModelLoadError(f"the chat template in {file} could not be read: {exc}") from exc
    if text is None:
        raise ModelLoadError(f"the chat template in {file} could not be read: there is no such file")
    return {DEFAULT: text}, str(file)


def _complete(found: FoundTemplates) -> tuple[Mapping[str, str], str]:
    """Put Gemma's own template in the place of one that the model lacks, and name the file of the one that is used."""
    if DEFAULT in found.by_name:
        return found.by_name, str(found.file)
    others = f" but for {', '.join(sorted(found.by_name))}" if found.by_name else ""
    log.warning("the model has no chat template%s: Gemma's own is used; --chat-template names another", others)
    return {DEFAULT: GEMMA_TEMPLATE.read_text(encoding="utf-8")}, str(GEMMA_TEMPLATE)
