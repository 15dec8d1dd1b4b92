"""What our own scorer, detectors and checks make of a reply."""

from collections.abc import Sequence

import msgspec

from clients.asking.exchange import Reply
from clients.probes.checks.fault import CheckedReply
from clients.probes.checks.judge import Check, Judgement, judge
from clients.records.asked import Asked
from scoring.scores import Degeneration, Flag
from scoring.verdict import score


class Scored(msgspec.Struct, frozen=True, kw_only=True):
    """Scores, flags and judgement; all None where the reply failed or has not been scored."""

    lek_score: float | None = None
    heuristic: dict[str, float] | None = None
    flags: tuple[str, ...] = ()
    degeneration: Degeneration | None = None
    judgement: Judgement | None = None  # by the probe's own checks; None where it has none

    @property
    def raised(self) -> tuple[Flag, ...]:
        """List the flags with all that is known of each."""
        return self.degeneration.flags if self.degeneration else ()

    @property
    def hard_flags(self) -> tuple[str, ...]:
        """List the flags that mark a broken reply."""
        return tuple(dict.fromkeys(flag.flag for flag in self.raised if flag.tier == "hard"))


def score_reply(reply: Reply, asked: Asked, scorer: str, checks: Sequence[Check]) -> Scored:
    """Score a reply; an empty one is scored like any other, a failed one is not scored."""
    if reply.text is None:
        return Scored()
    scores = score(
        reply.text,
        prompt=asked.prompt,
        scorer=scorer,
        finish_reason=reply.finish_reason,
        num_tokens=reply.num_completion_tokens,
        max_tokens=asked.max_tokens,
    )
    flags = scores.degeneration.flags
    return Scored(
        lek_score=scores.lek_score,
        heuristic=scores.heuristic,
        flags=tuple(dict.fromkeys(flag.flag for flag in flags)),
        degeneration=scores.degeneration,
        judgement=judge(checks, CheckedReply(text=reply.text, flags=flags), is_cut_off=reply.is_cut_off),
    )
