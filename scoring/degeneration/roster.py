"""The detectors on duty, in the order in which their flags are listed."""

from scoring.degeneration.detector import Context, Detector
from scoring.degeneration.detectors.case_loop import CaseLoop
from scoring.degeneration.detectors.collapse import Collapse
from scoring.degeneration.detectors.empty import Empty
from scoring.degeneration.detectors.gibberish import Gibberish
from scoring.degeneration.detectors.language_switch import LanguageSwitch
from scoring.degeneration.detectors.near_loop import NearLoop
from scoring.degeneration.detectors.special_token_leak import SpecialTokenLeak
from scoring.degeneration.detectors.text_loops import TextLoops
from scoring.degeneration.detectors.topic_evasion import TopicEvasion
from scoring.degeneration.detectors.trailing_blank import TrailingBlank
from scoring.degeneration.detectors.truncated import Truncated
from scoring.degeneration.detectors.turn_leak import TurnLeak
from scoring.degeneration.detectors.unclosed_reasoning import UnclosedReasoning

DETECTORS_VERSION = "4"  # a change of any verdict changes it

DETECTORS = (  # after those that look for loops
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
    return (
        text_loops,
        NearLoop(context, text_loops),
        TrailingBlank(text_loops),
        *(detector(context) for detector in DETECTORS),
    )
