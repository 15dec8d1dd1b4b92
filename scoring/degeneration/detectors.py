"""The detectors on duty, in the order in which their flags are listed."""

from scoring.degeneration.case_loop import CaseLoop
from scoring.degeneration.collapse import Collapse
from scoring.degeneration.detector import Context, Detector
from scoring.degeneration.empty import Empty
from scoring.degeneration.gibberish import Gibberish
from scoring.degeneration.language_switch import LanguageSwitch
from scoring.degeneration.near_loop import NearLoop
from scoring.degeneration.special_token_leak import SpecialTokenLeak
from scoring.degeneration.text_loops import TextLoops
from scoring.degeneration.topic_evasion import TopicEvasion
from scoring.degeneration.truncated import Truncated
from scoring.degeneration.turn_leak import TurnLeak
from scoring.degeneration.unclosed_reasoning import UnclosedReasoning

DETECTORS_VERSION = "3"  # a change of any verdict changes it

DETECTORS = (  # after the two that look for loops
    CaseLoop,
    Empty,
    UnclosedReasoning,
    Collapse,
    SpecialTokenLeak,
    TurnLeak,
    Gibberish,
    LanguageSwitch,
    TopicEvasion,
    Truncated,
)


def make_detectors(context: Context) -> tuple[Detector, ...]:
    """Make one of each for a new answer."""
    text_loops = TextLoops(context)
    return (text_loops, NearLoop(text_loops), *(detector(context) for detector in DETECTORS))
