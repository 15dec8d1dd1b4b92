"""What is no text: the replacement characters that a detokeniser puts in the place of broken bytes, and letters drawn at random."""

import re
from collections import deque

from scoring.degeneration.detector import Block, Context, Ending
from scoring.degeneration.prompt.request import asking_part
from scoring.degeneration.words.random_letters import are_random_letters
from scoring.degeneration.words.unit import shown_unit
from scoring.scores import Flag

REPLACEMENT = "\ufffd"
MIN_SHARE = 0.01  # of all characters
MAX_JUDGED_BLOCKS = 8  # the last ones are kept: an end of random letters
ASKS_FOR_LETTERS = re.compile(
    r"\b(?:random\w*|ciphers?|cyphers?|caesar|rot-?\d+|vigen[eè]re|en(?:cod|crypt|ciphe?r)\w*|de(?:cod|crypt|ciphe?r)\w*|pass(?:word|phrase)s?|keys?"
    r"|scrambl\w*|anagrams?|gibberish|nonsense|keysmash|consonants?|abbreviat\w*|acronyms?|fasta|proteins?|peptides?|sequences?|strings?)\b",
    re.IGNORECASE,
)


class Gibberish:
    """Flags, as a hint, what the prompt neither holds nor asks for: too many replacement characters, an end of random letters."""

    def __init__(self, context: Context) -> None:
        self._prompt = context.prompt or ""
        self._start: int | None = None  # of the first
        self._num_replaced = 0
        self._num_chars = 0
        self._last: deque[str] = deque(maxlen=MAX_JUDGED_BLOCKS)

    def feed(self, block: Block) -> None:
        """Take the next block."""
        self._num_chars += len(block.text)
        self._last.append(block.prose)
        if REPLACEMENT in block.text:
            self._num_replaced += block.text.count(REPLACEMENT)
            if self._start is None:
                self._start = block.start + block.text.index(REPLACEMENT)

    def flags(self) -> tuple[Flag, ...]:
        """Return nothing: it is a share of the whole answer."""
        return ()

    def finish(self, ending: Ending) -> tuple[Flag, ...]:
        """Return the flag; a character that the end of the answer cut off is not counted."""
        last = "".join(self._last)
        num_replaced = self._num_replaced - last.endswith(REPLACEMENT)
        if num_replaced and num_replaced >= MIN_SHARE * self._num_chars and REPLACEMENT not in self._prompt:
            return (Flag(flag="gibberish", tier="soft", start=self._start, unit=REPLACEMENT),)
        if are_random_letters(last) and not ASKS_FOR_LETTERS.search(asking_part(self._prompt)):
            start = self._num_chars - len(last)
            return (Flag(flag="gibberish", tier="soft", start=start, unit=shown_unit(last)),)
        return ()
