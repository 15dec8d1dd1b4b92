"""Adapters held against one: in plain words and with numbers, how one differs from the other, and what that explains.

Two things are held beside the measured size of an update. *Rows seen* is the note's effective gradient. *Reach* is what Adam allows: it
moves a factor by about the rate a step, however large the batch, so an update grows as rate, steps and scale do, and, where its size is
not that beside the weights that it changes, with the root of the number of layers. Where neither comes within NEAR of what was measured,
what was set does not explain it.
"""

from collections.abc import Iterator, Sequence
from itertools import combinations
from math import log, sqrt

from adapters.compare.comparison import Compared
from adapters.compare.rules import Finding, judge
from adapters.compare.wording import list_words, write_times

TOLD = 1.25  # a ratio nearer to one than this (or its inverse) is no difference worth a word
SIZES_DIFFER = 1.25  # nearer norms say nothing of scores
SCORES_DIFFER = 0.5  # the battery's line between changed and unchanged
NEAR = 1.5  # a foretold ratio within this factor of the measured one agrees with it


def diagnose(compared: Sequence[Compared]) -> tuple[Finding, ...]:
    """Give all that the rules say, of each adapter and of all together."""
    reference = find_reference(compared)
    held = [
        finding for one in compared if reference and one is not reference for finding in _hold(one, _find_same(one, compared) or reference)
    ]
    judged = [finding for one in compared for finding in judge(one)]
    warnings, facts = ([one for one in judged if (one.weight == "warning") is wanted] for wanted in (True, False))
    return (*held, *warnings, *_tell_of_scores(compared), *facts)


def find_reference(compared: Sequence[Compared]) -> Compared | None:
    """Give the one that the others were held against."""
    return next((one for one in compared if one.ratios is None), None) if len(compared) > 1 else None


def _find_same(one: Compared, compared: Sequence[Compared]) -> Compared | None:
    """Give the one before this that has its very weights."""
    return next((other for other in compared[: compared.index(one)] if other.digest == one.digest), None)


def _hold(one: Compared, reference: Compared) -> Iterator[Finding]:
    if one.digest == reference.digest:
        yield _say("same-weights", one, f"it is the same adapter as {reference.name}, whatever the files are called", "equal digests")
        return
    ratios = one.ratios
    assert ratios is not None
    if ratios.update_norm is not None:
        layers = f" on {write_times(ratios.share_of_layers)} the layers" if _is_told(ratios.share_of_layers) else " on as many layers"
        layers = "" if ratios.share_of_layers is None else layers
        kl = f", and {write_times(ratios.mean_kl)} its divergence from the base" if _is_told(ratios.mean_kl) else ""
        reason = (
            "measured, each beside the weights that it changes" if ratios.are_relative else "measured, beside nothing: of the updates alone"
        )
        yield _say("update-norm", one, f"it has {write_times(ratios.update_norm)} the update norm of {reference.name}{layers}{kl}", reason)
    settings = {
        "the learning rate": ratios.learning_rate,
        "the iterations": ratios.iterations,
        "the batch": ratios.batch_size,
        "the rank": ratios.rank,
        "the scale": ratios.scale,
    }
    if told := [f"{write_times(ratio)} {what}" for what, ratio in settings.items() if _is_told(ratio)]:
        rows = f": {write_times(ratios.effective_gradient)} the rows seen" if ratios.effective_gradient is not None else ""
        yield _say("settings", one, f"it was set to {list_words(told)} of {reference.name}{rows}", "the records")
    yield from _explain(one, reference)


def _explain(one: Compared, reference: Compared) -> Iterator[Finding]:
    ratios = one.ratios
    assert ratios is not None
    measured, rows = ratios.update_norm, ratios.effective_gradient
    if measured is None or not measured:
        return
    reach = ratios.reach * ratios.scale if ratios.reach and ratios.scale else None
    what_reaches = "rate, steps and scale"
    if not ratios.are_relative:
        reach = reach * sqrt(ratios.num_layers) if reach and ratios.num_layers else None
        what_reaches = "rate, steps, scale and layers"
    if one.record.resumed_from or reference.record.resumed_from:
        return  # what began with other weights holds more than what was set for it
    reason = f"a ratio within {NEAR:g} times the measured one agrees with it; diagnosis.py says what each foretells"
    foretold = {"rows seen": rows, what_reaches: reach}
    known = {what: ratio for what, ratio in foretold.items() if ratio}
    if not known:
        text = f"what was set is not known of both, so it cannot be told whether it explains {write_times(measured)} the update"
        yield _say("explained", one, text, reason)
        return
    said = list_words([f"{what} foretell {write_times(ratio)}" for what, ratio in known.items()])
    near = [what for what, ratio in known.items() if abs(log(ratio / measured)) <= log(NEAR)]
    verdict = f"{list_words(near)} explain that" if near else f"what was set does not explain that within a factor of {NEAR:g}"
    yield _say("explained", one, f"of the update of {reference.name} {said}, and {write_times(measured)} was measured: {verdict}", reason)


def _tell_of_scores(compared: Sequence[Compared]) -> Iterator[Finding]:
    """Say whether the larger update is the worse one, where the battery's reports are there, and else that nobody knows."""
    scored = [one for one in compared if one.scores]
    if len(scored) < 2:
        text = "whether any of this harms what the model says is not measured here: the battery tells (--scores NAME=REPORT.json)"
        if not scored:
            yield Finding(rule="no-scores", weight="fact", adapter=None, text=text, reason="no battery's report was given")
        return
    text = _hold_scores_against_sizes([(one.name, one.norm, one.scores.mean) for one in scored if one.scores])
    yield Finding(
        rule="scores-by-size", weight="fact", adapter=None, text=text, reason="the order of the measured norms, and of the mean scores"
    )


def _hold_scores_against_sizes(scored: Sequence[tuple[str, float, float]]) -> str:
    """Word what pairs of adapters (name, norm, mean score) say together, those left out whose sizes or scores are about the same."""
    by_size = sorted(scored, key=lambda one: one[1])
    pairs = [(mild, strong) for mild, strong in combinations(by_size, 2) if strong[1] > mild[1] * SIZES_DIFFER]
    lower = [(mild[0], strong[0]) for mild, strong in pairs if strong[2] < mild[2] - SCORES_DIFFER]
    higher = [(mild[0], strong[0]) for mild, strong in pairs if strong[2] > mild[2] + SCORES_DIFFER]
    if not pairs:
        return f"no update is {SIZES_DIFFER:g} times as large as another: what parts the scores is not their size"
    told = f"of the {len(pairs)} pairs" if len(pairs) > 1 else "of the one pair"
    told += f" whose update norms differ by {SIZES_DIFFER:g} times or more, {len(lower)} have the lower score at the larger one, "
    told += f"{len(higher)} the higher: "
    if len(lower) == len(pairs):
        return told + f"that fits pressure as the cause; {len(scored)} adapters do not prove it"
    return told + ("that fits pressure in part" if len(lower) > len(higher) else "the size of the update does not explain the scores")


def _say(rule: str, one: Compared, text: str, reason: str) -> Finding:
    return Finding(rule=rule, weight="fact", adapter=one.name, text=text, reason=reason)


def _is_told(ratio: float | None) -> bool:
    return ratio is not None and ratio > 0 and not 1 / TOLD < ratio < TOLD
