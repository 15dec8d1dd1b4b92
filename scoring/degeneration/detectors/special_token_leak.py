"""Special tokens in the visible text: `<pad>`, `<|eot_id|>`, `</s>`, a `</think>` that nothing opened, `Ġ` in place of spaces."""

import re

from scoring.degeneration.detector import Block, Context, Ending
from scoring.degeneration.detectors.marker_scan import Sighting
from scoring.degeneration.detectors.markers import MarkerDetector
from scoring.degeneration.detectors.subword_marks import SubwordMarks
from scoring.degeneration.words.control_tokens import CANDIDATE, tier_of_token
from scoring.degeneration.words.reasoning import CLOSING, OPENING
from scoring.degeneration.words.visible import visible_characters
from scoring.scores import Flag, Tier

# Some tokenizers list the tags of HTML among their tokens; in an answer these are HTML.
HTML = re.compile(
    r"</?(?:a|b|i|u|p|br|hr|h[1-6]|em|strong|sub|sup|code|pre|table|caption|thead|tbody|tfoot|tr|th|td|ul|ol|li|img|div|span|blockquote)>"
)
# In front of what is part of something else: the name of a group in a regular expression, `C<…>` of Perl's documentation.
PART_OF_CODE = re.compile(r"\(\?P?$|(?<![A-Za-z])[B-Z]$")
OPENED_BY = {"</s>": "<s>", "</w>": "<w>"}  # ends of a text and of a word; in HTML and XML they close what was opened


class SpecialTokenLeak(MarkerDetector):
    """Flags the first special token that leaks: the tokenizer's own, or one of a known family."""

    def __init__(self, context: Context) -> None:
        super().__init__(context, flag="special_token_leak", pattern=CANDIDATE)
        self._special_tokens = context.special_tokens
        self._opened: set[str] = set()  # `<s>` and `<w>`, where they have been seen
        self._begins: Sighting | None = None  # the `<s>` before everything else, until something closes it
        self._is_reasoning_open = False  # it has been opened at some time
        self._lone: Sighting | None = None  # the first tag that closes reasoning which nothing opened
        self._is_answered = False  # anything visible follows that tag
        self._subword_marks = SubwordMarks()

    def feed(self, block: Block) -> None:
        """Take the next block."""
        super().feed(block)
        if self._lone is not None and not self._is_answered:
            self._is_answered = bool(visible_characters(block.text[max(0, self._lone.end - block.start) :], 1))
        self._subword_marks.feed(block)
        if self._subword_marks.found is not None:
            self._take_marks()

    def finish(self, ending: Ending) -> tuple[Flag, ...]:
        """Return what was found. Only now is it sure that an answer followed its lone closing tag, and that nothing closed `<s>`."""
        super().finish(ending)
        self._subword_marks.finish()
        self._take_marks()
        if self._begins is not None:
            self.weigh("hard", self._begins)
        if self._lone is not None and self._is_answered:
            self.weigh("hard", self._lone)
        return self.flags()

    def tier_of(self, seen: Sighting) -> Tier | None:
        """Tell a special token from HTML, from tags of reasoning, which some tokenizers list too, and from other things in brackets."""
        marker = seen.marker
        if PART_OF_CODE.search(seen.before):
            return None
        if marker in OPENED_BY:
            self._begins = self._begins if not seen.after.strip() else None  # unless this ends it all
            return None if OPENED_BY[marker] in self._opened else "hard"
        if marker in OPENED_BY.values():
            self._begins = seen if seen.start == 0 and marker == "<s>" else self._begins
            self._opened.add(marker)
        if HTML.fullmatch(marker) or self._is_of_reasoning(seen):
            return None
        return "hard" if marker in self._special_tokens else tier_of_token(marker)

    def _is_of_reasoning(self, seen: Sighting) -> bool:
        if OPENING.match(seen.marker + seen.after):
            self._is_reasoning_open = True
            return True
        if CLOSING.fullmatch(seen.marker) is None:
            return False
        if self._lone is None and not self._is_reasoning_open:
            self._lone, self._is_answered = seen, bool(visible_characters(seen.after, 1))
        return True

    def _take_marks(self) -> None:
        if self._subword_marks.found is not None and not self.is_in_prompt(self._subword_marks.found[1].strip()):
            start, mark = self._subword_marks.found
            self.find("soft" if self.is_topic() else "hard", start, mark)
