"""An answer that ends almost at once though something was asked that takes words: `e`, or `Yes` for an essay."""

from scoring.degeneration.detector import Block, Context, Ending
from scoring.degeneration.prompt.closed_form import is_closed_form
from scoring.degeneration.prompt.long_requests import asks_for_length
from scoring.degeneration.words.content import has_content
from scoring.degeneration.words.unit import shown_unit
from scoring.degeneration.words.visible import visible_characters
from scoring.scores import Flag

MAX_CHARS, MAX_TOKENS = 2, 2  # visible characters
MAX_CHARS_OF_LONG, MAX_TOKENS_OF_LONG = 16, 6  # where an essay or the like was asked for


class Collapse:
    """Flags an answer of a character or two that ended by itself, or of a few words where many were asked for."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._visible = ""  # one more than may be, at most

    def feed(self, block: Block) -> None:
        """Take the next block."""
        if len(self._visible) <= MAX_CHARS_OF_LONG:
            self._visible += visible_characters(block.text, MAX_CHARS_OF_LONG + 1 - len(self._visible))

    def flags(self) -> tuple[Flag, ...]:
        """Return nothing: an answer may still come."""
        return ()

    def finish(self, ending: Ending) -> tuple[Flag, ...]:
        """Return the flag of an answer that ended almost at once."""
        max_chars, max_tokens = MAX_CHARS, MAX_TOKENS
        if self._context.prompt is not None and len(self._visible) <= MAX_CHARS_OF_LONG and asks_for_length(self._context.prompt):
            max_chars, max_tokens = MAX_CHARS_OF_LONG, MAX_TOKENS_OF_LONG
        is_short = 0 < len(self._visible) <= max_chars and (ending.num_tokens is None or ending.num_tokens <= max_tokens)
        if not is_short or ending.finish_reason not in (None, "stop"):
            return ()
        if is_closed_form(self._visible, self._context) or not has_content(self._visible):  # that one is empty
            return ()
        return (Flag(flag="collapse", tier="soft", start=0, unit=shown_unit(self._visible)),)
