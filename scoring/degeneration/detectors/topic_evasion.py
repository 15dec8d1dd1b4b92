"""Topic evasion: an answer about something else, such as one about cryptocurrency to a question about Taiwan. English only."""

from scoring.degeneration.detector import Block, Context, Ending
from scoring.degeneration.prompt.prompt_content import PromptContent, read_content
from scoring.degeneration.words.bare_words import BareWords
from scoring.degeneration.words.english import is_marked, load_english
from scoring.degeneration.words.refusal import has_refusal
from scoring.scores import Abstention, Flag

NAME = "topic_evasion"
MIN_WORDS = 40  # of the answer
MAX_COVERAGE = 0.10  # of the prompt's content, by the answer's words
MAX_SIMILARITY = 0.10  # of the two texts' topics: an answer in other words has the same ones
MIN_DIFFERENT_WORDS = 12  # that say something: an answer of fewer is about nothing, and a loop is for others to flag
MAX_DIFFERENT_WORDS = 256  # that are remembered: enough to tell the topics
MAX_WORD_CHARS = 32  # of a word that says something
OPENING_CHARS = 320  # in which a refusal comes, if it comes


class TopicEvasion:
    """Flags, as a hint, an answer that has neither the prompt's words nor its topics. It abstains, and says so, where it cannot tell."""

    def __init__(self, context: Context) -> None:
        self._content = read_content(context.prompt) if context.prompt is not None else None
        self._english = load_english()
        self._words = BareWords()
        self._num_words = 0
        self._num_marks = 0
        self._different: set[str] = set()  # words of the answer that say something
        self._opening = ""

    def feed(self, block: Block) -> None:
        """Take the next block."""
        if isinstance(self._content, PromptContent):
            if len(self._opening) < OPENING_CHARS:
                self._opening += block.text
            self._take(self._words.feed(block.text), self._content)

    def flags(self) -> tuple[Flag, ...]:
        """Return nothing: the answer may come to the point yet."""
        return ()

    def finish(self, ending: Ending) -> tuple[Flag | Abstention, ...]:
        """Return the flag, or why there can be none."""
        if self._content is None:
            return ()
        if isinstance(self._content, str):
            return (Abstention(flag=NAME, reason=self._content),)
        self._take(self._words.finish(), self._content)
        if self._num_words < MIN_WORDS:
            return ()
        if not is_marked(self._num_marks, self._num_words):
            return self._unless_refused(Abstention(flag=NAME, reason="the answer is not recognisably English"))
        if len(self._different) < MIN_DIFFERENT_WORDS or self._content.coverage > MAX_COVERAGE:
            return ()
        if self._content.similarity(self._different) > MAX_SIMILARITY:
            return ()
        return self._unless_refused(Flag(flag=NAME, tier="soft"))

    def _unless_refused(self, finding: Flag | Abstention) -> tuple[Flag | Abstention, ...]:
        """Keep a finding unless the answer opens with a refusal, for which the search is long: it comes last."""
        return () if has_refusal(self._opening) else (finding,)

    def _take(self, words: list[str], content: PromptContent) -> None:
        self._num_words += len(words)
        self._num_marks += self._english.count_marks(words)
        for word in words:
            if word not in self._different and word not in self._english.plain and len(word) <= MAX_WORD_CHARS:
                content.meet(word)
                if len(self._different) < MAX_DIFFERENT_WORDS:
                    self._different.add(word)
