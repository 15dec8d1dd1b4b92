"""Case loops: letters that alternate between capital and small, `oVeRnMeNtS eXaMpaPleS`."""

import re
from itertools import pairwise

from scoring.degeneration.detector import Block, Context, Ending
from scoring.degeneration.prompt.asked_loops import loop_tier
from scoring.degeneration.prompt.request import asking_part
from scoring.degeneration.words.unit import shown_unit
from scoring.scores import Flag, Tier

MIN_ALTERNATING_LETTERS = 12  # in one run
MIN_WORD_LETTERS = 5
MIN_FLIPS = 0.7  # of the steps from letter to letter
MAX_STRICT_LETTERS = 6  # of a word that must alternate throughout: OnFwd and OnRev are names
MIN_WORDS = 3  # one after another, shorter words aside, and not all the same: MoSCoW is a name
MAX_STRING_CHARS = 40  # a longer string without a space is a key, a hash, an address

MARGIN = re.compile(r"\n[ \t]{0,40}\Z")
STRINGS = re.compile(r"(?P<margin>\n[ \t]{0,40})?(?P<string>\S+)(?P<end>(?=[ \t]*\n))?")
LETTERS = re.compile(r"[^\W\d_]+")
# LaTeX and its kin; InGaAs and its kin.
NAMES = re.compile(
    r"\w*TeX|(?:A[ls]|Ga|In|Sb|Si|Ge|Zn|Se|Te|Cd|Hg|Cu|Fe|Co|Ni|Mn|Ti|Na|Cl|Br|Li|Mg|Ca|Ba|Pb|Bi|La|Ce|Er|Yb|[BCNOPSKHFVUWYI])+"
)
ASKS_FOR_CASE = re.compile(r"alternat\w* (?:case|caps|capital\w*|letters)|sponge ?bob|mocking|studly ?caps", re.IGNORECASE)


def _longest_alternation(letters: str) -> str:
    """Cut out the longest stretch in which each letter's case differs from the one before."""
    begin, best = 0, ""
    for end in range(1, len(letters) + 1):
        if end == len(letters) or letters[end].isupper() == letters[end - 1].isupper():
            if end - begin > len(best):
                best = letters[begin:end]
            begin = end
    return best


def _is_alternating(word: str) -> bool:
    num_flips = sum(a.isupper() != b.isupper() for a, b in pairwise(word))
    min_flips = 1.0 if len(word) <= MAX_STRICT_LETTERS else MIN_FLIPS
    return num_flips >= min_flips * (len(word) - 1) and not NAMES.fullmatch(word)


def _is_usual(string: str) -> bool:
    return string.islower() or string.istitle() or len(string) < MIN_WORD_LETTERS


class CaseLoop:
    """Flags the first run of letters, or row of words, that alternates outside code."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._found: Flag | None = None
        self._rest = ""  # of a string that the next block may go on with, and the line break before it
        self._end = 0
        self._row: list[str] = []  # alternating words one after another
        self._row_start = 0

    def feed(self, block: Block) -> None:
        """Take the next block."""
        if self._found:
            return
        text = self._rest + block.prose
        start, self._end = block.start - len(self._rest), block.start + len(block.text)
        cut = len(text) - len(text.rsplit(None, 1)[-1]) if not text[-1].isspace() else len(text)
        self._look(text[:cut], start)
        # Beyond the limit a string's letters no longer matter, only that it is too long.
        rest = text[cut:]
        margin = MARGIN.search(text[:cut]) if len(rest) <= MAX_STRING_CHARS else None
        self._rest = (margin.group() if margin else "") + rest[-(MAX_STRING_CHARS + 1) :]

    def flags(self) -> tuple[Flag, ...]:
        """Return what has been found so far."""
        return (self._found,) if self._found else ()

    def finish(self, ending: Ending) -> tuple[Flag, ...]:
        """Look at the last string too, and return what was found."""
        if self._found is None:
            self._look(self._rest, self._end - len(self._rest))
        return self.flags()

    def _look(self, text: str, start: int) -> None:
        """Look at whole strings; most text has no capital but at the front of a word, and is passed over at once."""
        if not self._row and (text.islower() or all(map(_is_usual, text.split()))):
            return
        for match in STRINGS.finditer(text):
            is_drawing = match["margin"] and match["end"] is not None  # a line to itself: a map of letters
            if len(match["string"]) <= MAX_STRING_CHARS and not is_drawing:
                for word in LETTERS.finditer(match["string"]):
                    self._weigh(word.group(), start + match.start("string") + word.start())

    def _weigh(self, word: str, start: int) -> None:
        run = _longest_alternation(word)
        if len(run) >= MIN_ALTERNATING_LETTERS:
            self._find(run, start + word.index(run))
        elif len(word) < MIN_WORD_LETTERS:
            return
        elif not _is_alternating(word):
            self._row.clear()
        else:
            self._row_start = self._row_start if self._row else start
            self._row = [*self._row, word][-MIN_WORDS:]
            if len(self._row) == MIN_WORDS and len(set(self._row)) > 1:
                self._find(" ".join(self._row), self._row_start)

    def _find(self, unit: str, start: int) -> None:
        if self._found is None:
            self._found = Flag(flag="case_loop", tier=self._tier(unit), start=start, unit=shown_unit(unit))

    def _tier(self, unit: str) -> Tier:
        prompt = self._context.prompt or ""
        return "soft" if unit in prompt or ASKS_FOR_CASE.search(asking_part(prompt)) else loop_tier(unit, self._context)
