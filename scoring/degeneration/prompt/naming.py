"""Whether a loop says the words that a prompt gives."""

import re

WORD = re.compile(r"[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff]|[^\W_]+(?:['’][^\W_]+)*")  # scripts without blanks come letter by letter
MIN_WORDS_OF_A_PART = 3  # of a longer text, a line of it


def holds(unit: str, words: str) -> bool:
    """Say whether a unit, which may begin anywhere in its copy, says these words, or is what these words say over and over."""
    wanted, num_said = _words(words), len(_words(3 * unit)) - len(_words(2 * unit))
    if not wanted or num_said == 0:  # signs, or written in one: `hahaha`
        return _are_turned(_dense(unit), _dense(words))
    said = _words((len(wanted) // num_said + 3) * unit)[1:-1]  # whole words
    return _is_within(wanted, said) or _is_part(said[:num_said], wanted)


def _is_part(said: list[str], wanted: list[str]) -> bool:
    """Say whether they say part of a longer text over and over, not just a word or two of it."""
    if len(said) < MIN_WORDS_OF_A_PART and 2 * len(said) < len(wanted):
        return False
    return any(_is_within(said[at:] + said[:at], 2 * wanted) for at in range(len(said)))


def _is_within(part: list[str], whole: list[str]) -> bool:
    return f" {' '.join(part)} " in f" {' '.join(whole)} "


def _are_turned(said: str, wanted: str) -> bool:
    """Say whether one is a number of copies of the other, which may begin anywhere."""
    shorter, longer = sorted((said, wanted), key=len)
    return shorter != "" and shorter in 2 * longer and longer in shorter * (len(longer) // len(shorter) + 2)


def _words(text: str) -> list[str]:
    return WORD.findall(text.casefold().replace("’", "'"))


def _dense(text: str) -> str:
    """Return a text without blanks and stops; one of signs alone, without blanks."""
    text = "".join(text.casefold().split())
    return "".join(filter(str.isalnum, text)) or text
