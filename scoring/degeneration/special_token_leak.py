"""Special tokens in the visible text: `<pad>`, `<|eot_id|>`, `</s>`."""

import re

from scoring.degeneration.detector import Block, Context, Ending
from scoring.degeneration.markers import MAX_MARKER_CHARS, MarkerScan
from scoring.degeneration.unit import shown_unit
from scoring.scores import Flag

CANDIDATE = re.compile(rf"<[^<>\s]{{1,{MAX_MARKER_CHARS - 2}}}>|\[[^\[\]\s]{{1,{MAX_MARKER_CHARS - 2}}}\]")
FAMILY = re.compile(
    r"</s>|<(?:pad|bos|eos|unk|unused\d+|start_of_turn|end_of_turn|start_of_image|end_of_image|image_soft_token)>|<\|[\w-]+\|>|<｜[^｜]+｜>"
)
# Some tokenizers list the tags of HTML among their tokens; in an answer these are HTML.
HTML = re.compile(
    r"</?(?:a|b|i|u|p|br|hr|h[1-6]|em|strong|sub|sup|code|pre|table|caption|thead|tbody|tfoot|tr|th|td|ul|ol|li|img|div|span|blockquote)>"
)


class SpecialTokenLeak:
    """Flags the first special token outside code that the prompt does not name: the tokenizer's own, or one of a known family."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._scan = MarkerScan(CANDIDATE)
        self._is_struck = False  # `<s>` has been seen: what `</s>` closes is HTML
        self._found: Flag | None = None

    def feed(self, block: Block) -> None:
        """Take the next block."""
        if self._found is None:
            for start, marker in self._scan.feed(block.prose, block.start):
                self._weigh(start, marker)

    def flags(self) -> tuple[Flag, ...]:
        """Return what has been found so far."""
        return (self._found,) if self._found else ()

    def finish(self, ending: Ending) -> tuple[Flag, ...]:
        """Look at the very end too, and return what was found."""
        for start, marker in self._scan.finish():
            self._weigh(start, marker)
        return self.flags()

    def _weigh(self, start: int, marker: str) -> None:
        if self._found is None and self._is_special(marker) and marker not in (self._context.prompt or ""):
            self._found = Flag(flag="special_token_leak", tier="hard", start=start, unit=shown_unit(marker))
        self._is_struck = self._is_struck or marker == "<s>"

    def _is_special(self, marker: str) -> bool:
        if HTML.fullmatch(marker) or (marker == "</s>" and self._is_struck):
            return False
        return marker in self._context.special_tokens or FAMILY.fullmatch(marker) is not None
