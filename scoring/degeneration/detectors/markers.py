"""Flags the first marker such as `<|eot_id|>` that leaks, and not those that the answer or its prompt speaks about."""

import re
from abc import ABC, abstractmethod
from collections.abc import Iterator

from scoring.degeneration.detector import Block, Context, Ending
from scoring.degeneration.detectors.marker_scan import MarkerScan, Sighting
from scoring.degeneration.prompt.markup_requests import asks_about_markup
from scoring.degeneration.words.mention import is_mentioned, sentence_before
from scoring.degeneration.words.unit import shown_unit
from scoring.scores import Flag, Tier

WITHOUT_ROLE = re.compile(r"(?<=>)\s*\w+$")
MAX_MENTIONED = 64  # markers that an answer is remembered to have named


class MarkerDetector(ABC):
    """Flags the first marker outside code that the prompt does not show: soft where it is spoken of, else hard, which goes first."""

    def __init__(self, context: Context, *, flag: str, pattern: re.Pattern[str]) -> None:
        self._flag = flag
        self._prompt = context.prompt or ""
        self._asks_about_markup: bool | None = None  # not looked up yet
        self._scan = MarkerScan(pattern)
        self._found: Flag | None = None
        self._mentioned: set[str] = set()
        self._mention_end = 0  # of the last

    @abstractmethod
    def tier_of(self, seen: Sighting) -> Tier | None:
        """Judge a match of the pattern by itself; called on each in turn until one is flagged as hard."""

    def feed(self, block: Block) -> None:
        """Take the next block."""
        if not self._scan.passes(block.prose) and (self._found is None or self._found.tier == "soft"):
            self._weigh(self._scan.feed(block.prose, block.start))

    def flags(self) -> tuple[Flag, ...]:
        """Return what has been found so far."""
        return (self._found,) if self._found else ()

    def finish(self, ending: Ending) -> tuple[Flag, ...]:
        """Look at the very end too, and return what was found."""
        self._weigh(self._scan.finish())
        return self.flags()

    def _weigh(self, sightings: Iterator[Sighting]) -> None:
        for seen in sightings:
            tier = self.tier_of(seen)
            if tier is not None:
                self.weigh(tier, seen)

    def weigh(self, tier: Tier, seen: Sighting) -> None:
        """Flag a marker that the prompt does not show: as a hint where it is spoken of, not at all where the prompt asks for that."""
        if self.is_in_prompt(seen.marker):
            return
        is_spoken_of, is_topic = self.is_spoken_of(seen), self.is_topic()
        if not (is_spoken_of and is_topic):
            self.find("soft" if is_spoken_of or is_topic else tier, seen.start, seen.marker)

    def find(self, tier: Tier, start: int, unit: str) -> None:
        """Keep the first that is hard, or else the first."""
        if self._found is None or (tier == "hard" and self._found.tier == "soft"):
            self._found = Flag(flag=self._flag, tier=tier, start=start, unit=shown_unit(unit))

    def is_spoken_of(self, seen: Sighting) -> bool:
        """Say whether the sentence speaks of it or has named another just before, or the answer has named this one earlier."""
        name = re.sub(r"\W|_", "", WITHOUT_ROLE.sub("", seen.marker)).casefold()
        is_same_sentence = 0 < seen.start - self._mention_end < len(sentence_before(seen.before))
        is_spoken_of = is_mentioned(seen.before, seen.marker, seen.after) or is_same_sentence
        if is_spoken_of:
            self._mention_end = seen.end
            if len(self._mentioned) < MAX_MENTIONED:
                self._mentioned.add(name)
        return is_spoken_of or name in self._mentioned

    def is_in_prompt(self, marker: str) -> bool:
        """Say whether the prompt shows a marker."""
        return marker in self._prompt

    def is_topic(self) -> bool:
        """Say whether the prompt asks about such markers."""
        if self._asks_about_markup is None:
            self._asks_about_markup = asks_about_markup(self._prompt)
        return self._asks_about_markup
