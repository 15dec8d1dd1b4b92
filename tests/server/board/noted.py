"""Answers as the board notes them."""

from scoring.scores import Tier
from server.wire.board_state import ShownAnswer, ShownFlag


def noted(lek_score: float = 1.5, *flags: tuple[str, Tier], id: str = "chatcmpl-1", adapter: str | None = None) -> ShownAnswer:
    """Make an answer with a score and flags."""
    return ShownAnswer(
        id=id,
        time=1_700_000_000.0,
        adapter=adapter,
        lek_score=lek_score,
        dimensions={"first_person": 1.0},
        flags=tuple(ShownFlag(flag=flag, tier=tier, start=None) for flag, tier in flags),
        num_tokens=3,
        first_token_s=0.1,
        duration_s=0.5,
        stopped_by=None,
    )
