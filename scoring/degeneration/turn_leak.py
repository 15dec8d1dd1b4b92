"""A reply that runs on past its own end of turn and begins the next one."""

import re

from scoring.degeneration.detector import Block, Context, Ending
from scoring.degeneration.markers import MarkerScan
from scoring.degeneration.unit import shown_unit
from scoring.scores import Flag

ROLE = r"\s{0,2}(?:user|model|assistant|system|developer|tool|ipython)\b"
TURN = re.compile(
    rf"<start_of_turn>{ROLE}|<\|turn>{ROLE}|<\|start_header_id\|>{ROLE}|<\|im_start\|>{ROLE}|<\|(?:user|assistant|system)\|>|<｜(?:User|Assistant)｜>|\[INST\]"
)


class TurnLeak:
    """Flags the first turn marker outside code, unless the prompt shows it."""

    def __init__(self, context: Context) -> None:
        self._prompt = context.prompt or ""
        self._scan = MarkerScan(TURN)
        self._found: Flag | None = None

    def feed(self, block: Block) -> None:
        """Take the next block."""
        if self._found is None:
            for start, marker in self._scan.feed(block.prose, block.start):
                self._weigh(start, marker)

    def flags(self) -> tuple[Flag, ...]:
        """Return what has been found so far."""
        return (self._found,) if self._found else ()

    def finish(self, ending: Ending) -> tuple[Flag, ...]:
        """Look at the very end too, and return what was found."""
        for start, marker in self._scan.finish():
            self._weigh(start, marker)
        return self.flags()

    def _weigh(self, start: int, marker: str) -> None:
        if self._found is None and marker not in self._prompt:
            self._found = Flag(flag="turn_leak", tier="hard", start=start, unit=shown_unit(marker))
