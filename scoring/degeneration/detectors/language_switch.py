"""An answer that changes into a script that nobody used or asked for."""

from collections import Counter
from collections.abc import Iterable

from scoring.degeneration.detector import Block, Context, Ending
from scoring.degeneration.prompt.asked_scripts import scripts_asked_for
from scoring.degeneration.words.scripts import script_of
from scoring.scores import Flag

MIN_SHARE = 0.30  # of the letters outside code
MIN_LATIN_SHARE = 0.60  # names, terms and formulas are Latin in any language
MIN_LETTERS = 10  # fewer are a name or a formula


class LanguageSwitch:
    """Flags, as a hint, an answer that is largely foreign to its prompt. Where the prompt tells no script, none is foreign."""

    def __init__(self, context: Context) -> None:
        self._expected = scripts_asked_for(context.prompt or "")
        self._num_letters: Counter[str] = Counter()  # by script
        self._starts: dict[str, int] = {}  # the first letter of each

    def feed(self, block: Block) -> None:
        """Take the next block."""
        if not self._expected:
            return
        if block.prose.isascii():
            self._count_latin(block)
            return
        for at, character in enumerate(block.prose):
            script = script_of(character)
            if script:
                self._num_letters[script] += 1
                self._starts.setdefault(script, block.start + at)

    def flags(self) -> tuple[Flag, ...]:
        """Return nothing: it is a share of the whole answer."""
        return ()

    def finish(self, ending: Ending) -> tuple[Flag, ...]:
        """Return the flag."""
        num_letters = self._num_letters.total()
        foreign = {script: count for script, count in self._num_letters.items() if count and script not in self._expected}
        num_latin = foreign.pop("Latin", 0)
        if num_latin >= max(MIN_LETTERS, MIN_LATIN_SHARE * num_letters):
            return (self._flag({"Latin"}),)
        if sum(foreign.values()) >= max(MIN_LETTERS, MIN_SHARE * num_letters):
            return (self._flag(foreign),)
        return ()

    def _flag(self, scripts: Iterable[str]) -> Flag:
        return Flag(flag="language_switch", tier="soft", start=min(self._starts[script] for script in scripts))

    def _count_latin(self, block: Block) -> None:
        num_letters = sum(map(str.isalpha, block.prose))
        self._num_letters["Latin"] += num_letters
        if num_letters and "Latin" not in self._starts:
            self._starts["Latin"] = block.start + next(at for at, character in enumerate(block.prose) if character.isalpha())
