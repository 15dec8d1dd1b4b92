"""An answer with nothing to see in it, nothing after its reasoning, or nothing but marks such as an empty fence or a full stop."""

import re

from scoring.degeneration.detector import Block, Context, Ending
from scoring.degeneration.prompt.closed_form import is_closed_form
from scoring.degeneration.prompt.request import asking_part
from scoring.degeneration.words.content import has_content, without_fences
from scoring.degeneration.words.reasoning import CLOSING, MAX_TAG_CHARS
from scoring.degeneration.words.visible import visible_characters
from scoring.scores import Flag

MAX_MARKS = 8  # visible ones: more of them draw, rule or loop
MAX_KEPT_CHARS = 256  # of an answer that has said nothing so far
SPACE = re.compile(r"[^\S\n]+|\n\s*")
ASKS_FOR_MARKS = re.compile(
    r"\b(?:punctuat\w*|signs?|symbols?|operators?|characters?|marks?|stops?|commas?|dots?|dash\w*|hyphens?|morse|emoticons?|kaomoji|braille"
    r"|delimiters?|separators?|wildcards?|regex\w*|brackets?|quotes?|zeichen|signes?|signos?|знак\w*)\b|符号|標点|标点|記号|기호",
    re.IGNORECASE,
)


class Empty:
    """Flags an answer that ends before it says anything. The answer proper begins after the last tag that closes reasoning."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._is_empty = True
        self._kept = ""  # all of the answer proper, blanks squeezed, while it says nothing
        self._tail = ""  # of the block before, in which a tag may begin

    def feed(self, block: Block) -> None:
        """Take the next block."""
        if self._is_empty:
            self._keep(block.text)
        if ">" in block.text or "]" in block.text:
            text = self._tail + block.text
            closings = list(CLOSING.finditer(text))
            if closings:
                self._is_empty, self._kept = True, ""
                self._keep(text[closings[-1].end() :])
        self._tail = block.text[-MAX_TAG_CHARS:]

    def flags(self) -> tuple[Flag, ...]:
        """Return nothing: an answer may still come."""
        return ()

    def finish(self, ending: Ending) -> tuple[Flag, ...]:
        """Return the flag of an answer that never came."""
        return (Flag(flag="empty", tier="hard"),) if self._is_empty and self._says_nothing(ending) else ()

    def _keep(self, text: str) -> None:
        if text[:1].isalnum() and not self._kept:  # as most answers begin
            self._is_empty = False
            return
        if not visible_characters(text, 1):
            text = "\n" if "\n" in text else " "
        self._kept = SPACE.sub(_squeezed, self._kept + text)
        self._is_empty = len(self._kept) <= MAX_KEPT_CHARS and not has_content(without_fences(self._kept))

    def _says_nothing(self, ending: Ending) -> bool:
        marks = visible_characters(without_fences(self._kept), MAX_MARKS + 1)
        if not marks:
            return True
        is_whole = ending.finish_reason in (None, "stop")
        return is_whole and len(marks) <= MAX_MARKS and not self._is_asked_for(marks)

    def _is_asked_for(self, marks: str) -> bool:
        prompt = asking_part(self._context.prompt or "")
        return is_closed_form(marks, self._context) or ASKS_FOR_MARKS.search(prompt) is not None


def _squeezed(space: re.Match[str]) -> str:
    return "\n" if "\n" in space.group() else " "
