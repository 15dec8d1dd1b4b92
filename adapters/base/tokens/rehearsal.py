"""The shortest conversations, had before anybody has one: a chat template that is broken would show only when somebody chats."""

import logging
from collections.abc import Mapping, Sequence

from jinja2 import TemplateError

from adapters.base.errors import ModelLoadError
from adapters.base.tokens.chat_template import ChatTemplate

Turns = tuple[tuple[str, str], ...]  # of role and content

QUESTION: Turns = (("user", "Hello"),)
WITH_SYSTEM: Turns = (("system", "Be brief."), ("user", "What is new?"))
WITH_ANSWER: Turns = (("user", "Hello"), ("assistant", "Good day."), ("user", "What is new?"))
CONVERSATIONS = (QUESTION, WITH_SYSTEM, WITH_ANSWER)
OTHER = "--chat-template FILE names another"

log = logging.getLogger(__name__)


def rehearse(template: ChatTemplate, *, origin: str) -> None:
    """Render them all. Raises ModelLoadError, which names the template by its `origin`.

    What a template does not take, or leaves out, of a system text and of earlier turns is said in the log: others can be asked.
    """
    for turns in CONVERSATIONS:
        try:
            text = template.render(as_messages(turns), add_generation_prompt=True)
        except TemplateError as exc:
            is_refusal = type(exc) is TemplateError  # its own; what is broken raises others
            if turns == QUESTION or not is_refusal:
                raise ModelLoadError(f"the chat template in {origin} cannot be used: {exc}; {OTHER}") from exc
            log.warning("the chat template in %s takes no %s: %s", origin, _name(turns), exc)
            continue
        *earlier, (_, question) = turns
        if question not in text:
            raise ModelLoadError(f"the chat template in {origin} leaves out what the user says; {OTHER}")
        if not all(content in text for _, content in earlier):
            log.warning("the chat template in %s leaves out every %s; %s", origin, _name(turns), OTHER)


def as_messages(turns: Turns) -> Sequence[Mapping[str, str]]:
    """Give turns as templates take them."""
    return [{"role": role, "content": content} for role, content in turns]


def _name(turns: Turns) -> str:
    return "system text" if turns == WITH_SYSTEM else "earlier turn"
