"""A conversation as text that tokens are made of: markers are the template's, and one that somebody has written stays text."""

from collections.abc import Mapping, Sequence

from adapters.base.tokens.chat_template import ChatTemplate
from adapters.base.tokens.control_pieces import BREAK, ControlPieces
from adapters.base.tokens.tokenizer import Tokenizer


class ConversationText:
    """Renders by a model's template what its tokenizer reads in parts, as a server is asked and as a training learns."""

    def __init__(self, tokenizer: Tokenizer, template: ChatTemplate) -> None:
        self._template = template
        self.control_pieces = tokenizer.control_pieces(template.source)
        self._controls = ControlPieces(self.control_pieces)

    def break_messages(self, messages: Sequence[tuple[str, str]]) -> list[dict[str, str]]:
        """Give messages, each a role and a content, as the template takes them: no content spells a control piece any more."""
        return [{"role": role, "content": self._controls.break_in(content)} for role, content in messages]

    def break_in(self, text: str) -> str:
        """Break every control piece that a text spells."""
        return self._controls.break_in(text)

    def render(self, broken: Sequence[Mapping[str, str]], *, opens_turn: bool) -> str:
        """Give the text of broken messages, the model's turn opened at its end if wanted. Raises jinja2's TemplateError."""
        return self._template.render(broken, add_generation_prompt=opens_turn)


def split_broken(text: str) -> list[str]:
    """Give the parts that are tokenised one by one."""
    return text.split(BREAK)
