"""Word salad: a dozen words or signs over and over in no order at all.

What says little also says it in few ways: in a text of a dozen words the same runs of them come again. Only by chance they do not.
"""

from collections import Counter

from scoring.degeneration.repetition.stretch import Stretch

JUDGED_CHARS = 1024
NUM_TOKENS = 64
MIN_KINDS, MAX_KINDS = 6, 16
MAX_TOKEN_SHARE = 0.25  # of the commonest: in tables that is the rule between the cells
MIN_TOKEN_LETTERS = 3  # on average: boards and sequences have one
MAX_AGAIN_SHARE = 0.1  # of the runs of three tokens, those that come for the third time or more
MAX_ALIKE_LINES = 0.5  # with the same number of tokens: the rows of a table, the forms of a verb


def find_word_salad(text: str) -> Stretch | None:
    """Judge the end of a text; offsets are those in what is given."""
    tokens = text[-JUDGED_CHARS:].split()[1:][-NUM_TOKENS:]
    if len(tokens) < NUM_TOKENS or not MIN_KINDS <= len(set(tokens)) <= MAX_KINDS:
        return None
    unit, copies = Counter(tokens).most_common(1)[0]
    if copies > MAX_TOKEN_SHARE * NUM_TOKENS or sum(map(str.isalpha, "".join(tokens))) < MIN_TOKEN_LETTERS * NUM_TOKENS:
        return None
    if share_again(tokens) > MAX_AGAIN_SHARE or _has_rows(text[-JUDGED_CHARS:]):
        return None
    return Stretch(start=max(0, len(text) - JUDGED_CHARS), end=len(text), unit=unit, period=None, copies=copies)


def share_again(words: list[str]) -> float:
    """Return the share of the runs of three words that come for the third time or more."""
    runs = Counter(zip(words, words[1:], words[2:], strict=False))
    return sum(count - 2 for count in runs.values() if count > 2) / len(words)


def _has_rows(text: str) -> bool:
    lengths = Counter(len(line.split()) for line in text.split("\n")[1:] if line and not line.isspace())
    return max(lengths.values(), default=0) > max(1.0, MAX_ALIKE_LINES * lengths.total())
