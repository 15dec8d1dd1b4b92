"""Special tokens in the visible text: `<pad>`, `<|eot_id|>`, `</s>`."""

import re

from scoring.degeneration.detector import Context
from scoring.degeneration.detectors.markers import MAX_MARKER_CHARS, MarkerDetector
from scoring.degeneration.words.reasoning import CLOSING, OPENING

CANDIDATE = re.compile(rf"<[^<>\s]{{1,{MAX_MARKER_CHARS - 2}}}>|\[[^\[\]\s]{{1,{MAX_MARKER_CHARS - 2}}}\]")
FAMILY = re.compile(
    r"</s>|<(?:pad|bos|eos|unk|unused\d+|start_of_turn|end_of_turn|start_of_image|end_of_image|image_soft_token)>|<\|[\w-]+\|>|<｜[^｜]+｜>"
)
# Some tokenizers list the tags of HTML among their tokens; in an answer these are HTML.
HTML = re.compile(
    r"</?(?:a|b|i|u|p|br|hr|h[1-6]|em|strong|sub|sup|code|pre|table|caption|thead|tbody|tfoot|tr|th|td|ul|ol|li|img|div|span|blockquote)>"
)


class SpecialTokenLeak(MarkerDetector):
    """Flags the first special token outside code that the prompt does not name: the tokenizer's own, or one of a known family."""

    def __init__(self, context: Context) -> None:
        super().__init__(context, flag="special_token_leak", pattern=CANDIDATE)
        self._special_tokens = context.special_tokens
        self._is_struck = False  # `<s>` has been seen: what `</s>` closes is HTML

    def is_leak(self, marker: str) -> bool:
        """Tell a special token from HTML and from other things in brackets."""
        is_html = HTML.fullmatch(marker) is not None or (marker == "</s>" and self._is_struck)
        self._is_struck = self._is_struck or marker == "<s>"
        is_reasoning = OPENING.fullmatch(marker) or CLOSING.fullmatch(marker)  # some tokenizers list these too
        return not (is_html or is_reasoning) and (marker in self._special_tokens or FAMILY.fullmatch(marker) is not None)
