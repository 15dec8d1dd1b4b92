"""A reply that runs on past its own end of turn and begins the next one, with the marker of a template or in plain text."""

import re

from scoring.degeneration.detector import Block, Context, Ending
from scoring.degeneration.detectors.marker_scan import Sighting
from scoring.degeneration.detectors.markers import WITHOUT_ROLE, MarkerDetector
from scoring.degeneration.detectors.plain_turns import PlainTurns
from scoring.scores import Flag, Tier

# The first may name no side: then they are no more than special tokens.
OPENING = r"<start_of_turn>|<\|(?:turn|start_header_id|im_start|start|start_of_role)\|?>"
ROLE = r"\s{0,2}(?:user|model|assistant|system|developer|tool|ipython)\b"
TURN = re.compile(
    rf"(?:{OPENING})(?:{ROLE})?"
    r"|<\|(?:user|assistant|system|prompter|human|bot|observation)\|>|<\|im_(?:user|assistant|system)\|>|<｜(?:User|Assistant)｜>"
    r"|\[\|(?:user|assistant|system|human)\|\]|<\|(?:USER|CHATBOT|SYSTEM)_TOKEN\|>|\[/?INST\]",
    re.IGNORECASE,
)
BARE_OPENING = re.compile(OPENING, re.IGNORECASE)


class TurnLeak(MarkerDetector):
    """Flags the first turn marker outside code, unless the prompt shows it, be it with another role or with none; else plain turns."""

    def __init__(self, context: Context) -> None:
        super().__init__(context, flag="turn_leak", pattern=TURN)
        self._plain_turns = PlainTurns(context)

    def feed(self, block: Block) -> None:
        """Take the next block."""
        super().feed(block)
        if self._plain_turns.feed(block):
            self._take(self._plain_turns.found())

    def finish(self, ending: Ending) -> tuple[Flag, ...]:
        """Look at the very end too, and return what was found."""
        super().finish(ending)
        self._take(self._plain_turns.finish())
        return self.flags()

    def tier_of(self, seen: Sighting) -> Tier | None:
        """Whatever names a side is one, but for a marker that the prompt shows without the role behind it."""
        if BARE_OPENING.fullmatch(seen.marker):
            self.is_spoken_of(seen)  # with a role it may follow
            return None
        return None if self.is_in_prompt(WITHOUT_ROLE.sub("", seen.marker)) else "hard"

    def _take(self, found: tuple[Tier, int, str] | None) -> None:
        if found is not None:
            self.find(*found)
