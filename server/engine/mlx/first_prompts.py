"""The shortest conversations as prompts, before anybody asks: what would be refused of every request keeps the server from starting."""

from pathlib import Path

import msgspec
from jinja2 import TemplateError

from adapters.base.errors import ModelLoadError
from adapters.base.tokens.rehearsal import CONVERSATIONS, QUESTION, Turns, as_messages
from server.engine.errors import InvalidGeneration
from server.engine.mlx.prompt import PromptEncoder
from server.engine.protocol import Message


def try_prompts(encoder: PromptEncoder, root: Path) -> None:
    """Encode them for the model in folder `root`. Raises ModelLoadError.

    What its template does not take of a system text and of earlier turns has been said (adapters/base/tokens/rehearsal.py), and a context
    that has room for a question alone can be asked one.
    """
    for turns in CONVERSATIONS:
        try:
            prompt = encoder.encode(_to_messages(turns))
        except InvalidGeneration as exc:
            if turns == QUESTION or not (isinstance(exc.__cause__, TemplateError) or exc.code == "context_length_exceeded"):
                raise ModelLoadError(f"the model in {root} cannot be asked a question as short as {turns[-1][1]!r}: {exc}") from exc
        except Exception as exc:  # the tokenizers library raises nothing narrower
            raise ModelLoadError(f"the tokenizer in {root} cannot encode a conversation: {exc}") from exc
        else:
            if not prompt.token_ids:
                raise ModelLoadError(f"the tokenizer in {root} makes no tokens of a conversation")


def _to_messages(turns: Turns) -> list[Message]:
    return msgspec.convert(as_messages(turns), list[Message])
