"""The scorers on offer, by name."""

from scoring.errors import UnknownScorer
from scoring.lek_v1 import LEK_V1
from scoring.lek_v1_paper import LEK_V1_PAPER
from scoring.lek_v2 import LEK_V2
from scoring.scorer import Scorer

SCORERS = (LEK_V1, LEK_V1_PAPER, LEK_V2)  # the first is the default


def scorer_names() -> tuple[str, ...]:
    """List the names that `find_scorer` takes, the default first."""
    return tuple(scorer.name for scorer in SCORERS)


def find_scorer(name: str) -> Scorer:
    """Return the scorer of this name, or raise `UnknownScorer`."""
    for scorer in SCORERS:
        if scorer.name == name:
            return scorer
    raise UnknownScorer(name, scorer_names())
