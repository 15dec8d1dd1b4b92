"""What our own scorer, detectors and checks make of a reply."""

from collections.abc import Sequence

import msgspec

from clients.asking.exchange import Reply
from clients.probes.checks.fault import CheckedReply
from clients.probes.checks.judge import Check, Judgement, judge
from clients.records.asked import Asked
from scoring.scores import Degeneration, Flag
from scoring.verdict import score

UNFINISHED = ("empty", "unclosed_reasoning")  # of reasoning that no answer follows, these say nothing new


class Scored(msgspec.Struct, frozen=True, kw_only=True):
    """Scores, flags and judgement; all None where the reply failed or has not been scored, the scores also where it has no answer."""

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
    """Score an answer; an empty one is scored like any other. Without one there is no score, but what flags there are."""
    if reply.text is None:
        return Scored()
    if not reply.has_answer:
        return _judge_missing(reply, asked, scorer, checks)
    scores = score(
        reply.text,
        prompt=asked.prompt,
        scorer=scorer,
        finish_reason=reply.finish_reason,
        num_tokens=reply.num_completion_tokens,
        max_tokens=asked.max_tokens,
    )
    verdict = scores.degeneration
    return Scored(
        lek_score=scores.lek_score,
        heuristic=scores.heuristic,
        flags=verdict.names,
        degeneration=verdict,
        judgement=judge(checks, CheckedReply(text=reply.text, flags=verdict.flags), is_cut_off=reply.is_cut_off),
    )


def _judge_missing(reply: Reply, asked: Asked, scorer: str, checks: Sequence[Check]) -> Scored:
    """Look for loops in reasoning that no answer follows: the limit ends those, too. That it was ended so is no flag of the model's."""
    judgement = Judgement(passed=None, why=reply.missing_words or "") if checks else None
    if reply.is_withheld:
        return Scored(judgement=judgement)
    found = score(reply.reasoning or "", prompt=asked.prompt, scorer=scorer).degeneration
    flags = tuple(flag for flag in found.flags if flag.tier == "hard" and flag.flag not in UNFINISHED)
    if not reply.is_still_thinking:
        flags = (*flags, Flag(flag="empty", tier="hard"))
    degeneration = msgspec.structs.replace(found, flags=flags)
    return Scored(flags=degeneration.names, degeneration=degeneration, judgement=judgement)
