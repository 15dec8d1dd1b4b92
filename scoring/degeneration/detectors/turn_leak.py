"""A reply that runs on past its own end of turn and begins the next one."""

import re

from scoring.degeneration.detector import Context
from scoring.degeneration.detectors.markers import MarkerDetector

ROLE = r"\s{0,2}(?:user|model|assistant|system|developer|tool|ipython)\b"
TURN = re.compile(
    rf"<start_of_turn>{ROLE}|<\|turn>{ROLE}|<\|start_header_id\|>{ROLE}|<\|im_start\|>{ROLE}|<\|(?:user|assistant|system)\|>|<｜(?:User|Assistant)｜>|\[INST\]"
)


class TurnLeak(MarkerDetector):
    """Flags the first turn marker outside code, unless the prompt shows it, be it with another role or with none."""

    def __init__(self, context: Context) -> None:
        super().__init__(context, flag="turn_leak", pattern=TURN)

    def is_leak(self, marker: str) -> bool:
        """Whatever the pattern finds is one, but for a marker that the prompt asks about without the role behind it."""
        return _without_role(marker) not in self._prompt


def _without_role(marker: str) -> str:
    return marker[: marker.rfind(">") + 1] or marker  # `[INST]` has none
