"""The detectors on duty, in the order in which their flags are listed."""

from scoring.degeneration.case_loop import CaseLoop
from scoring.degeneration.collapse import Collapse
from scoring.degeneration.detector import Context, Detector
from scoring.degeneration.empty import Empty
from scoring.degeneration.special_token_leak import SpecialTokenLeak
from scoring.degeneration.text_loops import TextLoops
from scoring.degeneration.turn_leak import TurnLeak

DETECTORS = (
    TextLoops,
    CaseLoop,
    Empty,
    Collapse,
    SpecialTokenLeak,
    TurnLeak,
)


def make_detectors(context: Context) -> tuple[Detector, ...]:
    """Make one of each for a new answer."""
    return tuple(detector(context) for detector in DETECTORS)
