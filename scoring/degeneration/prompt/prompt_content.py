"""What a prompt is about: the stems of its content words, and which of them an answer has met."""

from collections.abc import Collection

from scoring.degeneration.prompt.loose_requests import why_loose
from scoring.degeneration.prompt.request import asking_part
from scoring.degeneration.words.bare_words import split_words
from scoring.degeneration.words.english import English, is_marked, load_english
from scoring.degeneration.words.stems import stem_of
from scoring.degeneration.words.terms import load_terms

MIN_PROMPT_WORDS = 3  # of any kind: fewer show no language
MIN_KNOWN_SHARE = 0.7  # of the words of a prompt that has none of English's marks
MAX_WORDS_LOOKED_UP = 100  # of them
MIN_STEMS = 3  # different ones: fewer are paraphrased too easily
MAX_CONTENT_WORDS = 40  # different ones: a prompt of more brings a text with it, of which an answer may use a small part
MAX_PROMPT_CHARS = 8_000  # nothing beyond is read: it has more words than that by then
MIN_KIN_CHARS = 5  # of a stem that another begins with: sovereign and sovereignti
KEY_CHARS = 3  # a stem and its word begin alike, so that most words need no stemming


class PromptContent:
    """The content of a prompt, of which an answer meets a stem by the same one or by one of its kin."""

    def __init__(self, stems: Collection[str]) -> None:
        self._terms = load_terms()
        self._rarities = {stem: self._terms.rarity(stem) for stem in sorted(stems)}
        self._unmet: dict[str, set[str]] = {stem[:KEY_CHARS]: set() for stem in stems}
        for stem in stems:
            self._unmet[stem[:KEY_CHARS]].add(stem)
        self._met: set[str] = set()

    @property
    def coverage(self) -> float:
        """The share of the stems that has been met, weighted by their rarity."""
        return sum(self._rarities[stem] for stem in sorted(self._met)) / sum(self._rarities.values())

    def meet(self, word: str) -> None:
        """Take a word of the answer."""
        unmet = self._unmet.get(word[:KEY_CHARS])
        if unmet:
            stem = stem_of(word)
            met = {other for other in unmet if _are_kin(stem, other)}
            self._met |= met
            unmet -= met

    def similarity(self, words: Collection[str]) -> float:
        """Compare the topics of the prompt with those of an answer, given by its different words."""
        return self._terms.similarity(self._rarities, sorted(set(map(stem_of, words))))


def _are_kin(stem: str, other: str) -> bool:
    shorter, longer = sorted((stem, other), key=len)
    return stem == other or (len(shorter) >= MIN_KIN_CHARS and longer.startswith(shorter))


def read_content(prompt: str) -> PromptContent | str | None:
    """Find what a prompt is about; or say why that cannot be told, or return None where there is too little of it."""
    words = split_words(prompt[:MAX_PROMPT_CHARS])
    if len(words) < MIN_PROMPT_WORDS:
        return None
    english = load_english()
    if not is_marked(english.count_marks(words), len(words)) and not _are_known(words, english):
        return "the prompt is not recognisably English"
    content = {word for word in words if len(word) > 1 and word not in english.plain}
    if len(content) > MAX_CONTENT_WORDS:
        return "the prompt is too long to tell what it is about"
    stems = set(map(stem_of, content))
    if len(stems) < MIN_STEMS:
        return None
    return why_loose(asking_part(prompt)) or PromptContent(stems)


def _are_known(words: list[str], english: English) -> bool:
    """English without marks: `Plan a three-day itinerary for a first visit to Paris.`"""
    terms, first = load_terms(), words[:MAX_WORDS_LOOKED_UP]
    return sum(word in english.plain or terms.has(stem_of(word)) for word in first) >= MIN_KNOWN_SHARE * len(first)
