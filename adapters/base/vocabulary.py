"""What a model's tokens mean: its tokenizer, chat template and detokeniser, and which tokens may be drawn and end an answer."""

import logging
from pathlib import Path

import msgspec
from jinja2 import TemplateError
from mlx_lm.utils import load_config

from adapters.base.chat_template import DEFAULT, GEMMA_TEMPLATE, ChatTemplate, read_chat_templates
from adapters.base.detokenizers import Detokenizers
from adapters.base.errors import ModelLoadError
from adapters.base.tokenizer import Tokenizer, load_tokenizer

END_OF_TURN = "<end_of_turn>"
GREETING = "Hello"

log = logging.getLogger(__name__)


class Vocabulary(msgspec.Struct, frozen=True, kw_only=True):
    """The tokens of a model. They may be more than its rows, and fewer."""

    tokenizer: Tokenizer
    template: ChatTemplate
    detokenizers: Detokenizers
    end_ids: frozenset[int]

    def stop_ids(self, num_rows: int) -> frozenset[int]:
        """Give the ids with a row that end an answer."""
        return frozenset(token for token in self.end_ids if token < num_rows)

    def drawable(self, num_rows: int) -> frozenset[int]:
        """Give the ids with a row and a piece: Gemma 3 of 4B and above has rows to spare."""
        return frozenset(token for token in self.tokenizer.vocabulary.values() if token < num_rows)


def load_vocabulary(path: Path, chat_template: Path | None = None) -> Vocabulary:
    """Load what is not the weights from folder `path`, its template from another file if one is given.

    Raises ModelLoadError with a message for people.
    """
    try:
        config = load_config(path)
        tokenizer = load_tokenizer(path, config)
        templates = {DEFAULT: _read_given(chat_template)} if chat_template else _read_own(path)
        detokenizers = Detokenizers(tokenizer)
        end_ids = _find_ends(tokenizer, config.get("eos_token_id"))
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
    if chat_template:
        _try(template, chat_template)
    return Vocabulary(tokenizer=tokenizer, template=template, detokenizers=detokenizers, end_ids=end_ids)


def _read_given(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as exc:
        raise ModelLoadError(f"the chat template in {file} could not be read: {exc}") from exc


def _try(template: ChatTemplate, file: Path) -> None:
    """Have a chosen template render the shortest conversation: a wrong one would show only when somebody chats."""
    try:
        text = template.render([{"role": "user", "content": GREETING}], add_generation_prompt=True)
    except (TemplateError, ArithmeticError, TypeError, ValueError) as exc:
        raise ModelLoadError(f"the chat template in {file} cannot be used: {exc}") from exc
    if GREETING not in text:
        raise ModelLoadError(f"the chat template in {file} leaves out what the user says")


def _read_own(path: Path) -> dict[str, str]:
    templates = read_chat_templates(path)
    if DEFAULT in templates:
        return templates
    others = f" but for {', '.join(sorted(templates))}" if templates else ""
    log.warning("the model has no chat template%s: Gemma's own is used; --chat-template names another", others)
    return {DEFAULT: GEMMA_TEMPLATE.read_text(encoding="utf-8")}


def _find_ends(tokenizer: Tokenizer, configured: int | list[int] | None) -> frozenset[int]:
    """The union of the tokenizer's id, the configurations' (mlx-lm joins those) and the turn marker's: one alone is often missing."""
    listed = msgspec.convert(configured if isinstance(configured, list) else [configured], list[int | None])
    return frozenset(token for token in (*listed, tokenizer.eos_id, tokenizer.vocabulary.get(END_OF_TURN)) if token is not None)
