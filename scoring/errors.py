"""What can go wrong in scoring.

ScoringError
└── UnknownScorer    no scorer of this name is offered
"""

from collections.abc import Iterable


class ScoringError(Exception):
    """Anything this package raises on purpose."""


class UnknownScorer(ScoringError):
    """The name asked for is none of the scorers offered."""

    def __init__(self, name: str, offered: Iterable[str]) -> None:
        self.name = name
        self.offered = tuple(offered)
        super().__init__(f"no scorer is named {name!r}; offered: {', '.join(self.offered)}")
