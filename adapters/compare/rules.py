"""What is said of one adapter, and when: each rule with its threshold and the reason for it.

A *warning* is what a healthy training does not show; a *fact* is what a reader has to know. No rule says that an adapter broke the model:
that is measured by the battery, whose report can be given.
"""

from collections.abc import Callable
from typing import Literal

import msgspec

from adapters.compare.comparison import Compared
from adapters.compare.wording import write_count, write_number, write_share, write_times

AS_LARGE = 1.0
MOST_CHANGED = 0.5
FAR_NATS = 1.0
CHOOSY_NATS = 0.5
NARROWED = 0.5
VAGUER_NATS = 1.0
FEW_DIRECTIONS = 1.5
ENOUGH_RANK = 4
ONE_LAYER = 0.5
ENOUGH_LAYERS = 4
MANY_ROWS = 0.05

Weight = Literal["warning", "fact"]
Cause = Literal["hot", "long", "unmoved"]  # what a recommendation can do something about


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """A sentence, and what backs it."""

    rule: str
    weight: Weight
    adapter: str | None  # None: it is about the comparison
    text: str
    reason: str  # of the rule, and of its threshold


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """When something is said of an adapter; `say` gives nothing where it does not hold."""

    name: str
    weight: Weight
    reason: str
    say: Callable[[Compared], str | None]
    cause: Cause | None = None


def judge(one: Compared) -> list[Finding]:
    """Give what the rules say of an adapter."""
    found = [(rule, rule.say(one)) for rule in RULES]
    return [Finding(rule=rule.name, weight=rule.weight, adapter=one.name, text=text, reason=rule.reason) for rule, text in found if text]


def _breaks(one: Compared) -> str | None:
    return "with it the model gives numbers that are not finite: it cannot speak, and no divergence can be measured" if one.breaks else None


def _outweighs(one: Compared) -> str | None:
    ratio = one.update.whole.relative_spectral
    if ratio is None or ratio < AS_LARGE:
        return None
    return f"where it is strongest its update lengthens a vector {write_times(ratio)} as much as the base's own weight can"


def _is_as_large(one: Compared) -> str | None:
    ratio = one.update.whole.relative
    return f"its update has {write_times(ratio)} the norm of the weights that it is added to" if ratio and ratio >= AS_LARGE else None


def _turns_most_tokens(one: Compared) -> str | None:
    found = one.divergence
    if found is None or found.share_changed < MOST_CHANGED:
        return None
    return (
        f"at {write_share(found.share_changed)} of {write_count(found.num_positions)} positions its likeliest next token is not the base's"
    )


def _is_far(one: Compared) -> str | None:
    found = one.divergence
    if found is None or found.mean_kl < FAR_NATS:
        return None
    mean, worst = write_number(found.mean_kl), write_number(found.worst_kl)
    return f"its next-token distribution is {mean} nats a token from the base's, {worst} at worst"


def _has_narrowed(one: Compared) -> str | None:
    found = one.divergence
    if found is None or found.base_entropy < CHOOSY_NATS or found.entropy_change > -NARROWED * found.base_entropy:
        return None
    after = found.base_entropy + found.entropy_change
    return f"its choice of next tokens has narrowed: entropy {write_number(found.base_entropy)} in the base, {write_number(after)} with it"


def _is_vaguer(one: Compared) -> str | None:
    found = one.divergence
    if found is None or found.entropy_change < VAGUER_NATS:
        return None
    after = found.base_entropy + found.entropy_change
    return f"it is at a loss where the base is not: entropy {write_number(found.base_entropy)} in the base, {write_number(after)} with it"


def _scored_worse(one: Compared) -> str | None:
    scores = one.scores
    if scores is None or scores.base_mean is None or scores.mean >= scores.base_mean:
        return None
    return f"the battery scored it {scores.mean:.2f} where the base has {scores.base_mean:.2f}{_tell_flags(one)}"


def _scored_no_worse(one: Compared) -> str | None:
    scores = one.scores
    if scores is None or (scores.base_mean is not None and scores.mean < scores.base_mean):
        return None
    base = "" if scores.base_mean is None else f" where the base has {scores.base_mean:.2f}"
    return f"the battery scored it {scores.mean:.2f}{base}{_tell_flags(one)}"


def _tell_flags(one: Compared) -> str:
    scores = one.scores
    assert scores is not None
    base = "" if scores.base_replies is None else f" (the base's: {scores.base_hard_flagged} of {scores.base_replies})"
    return f"; {scores.hard_flagged} of {scores.replies} replies have a hard flag{base}"


def _scores_of_others(one: Compared) -> str | None:
    if one.scores is None or one.scores.is_of_these_weights is not False:
        return None
    return "the battery's report is about other weights than these: it saw an adapter of another digest"


def _was_flat(one: Compared) -> str | None:
    reading = one.reading
    if reading is None or reading.flat_from is None:
        return None
    return (
        f"the gain in loss was flat after step {write_count(reading.flat_from)} of {write_count(reading.num_steps)}: "
        f"{write_number(reading.first_loss)} at first, {write_number(reading.last_loss)} at the end"
    )


def _overfitted(one: Compared) -> str | None:
    reading = one.reading
    if reading is None or reading.overfit_from is None:
        return None
    lowest, last = write_number(reading.best_validation_loss), write_number(reading.last_validation_loss)
    since = f"over-fitting from step {write_count(reading.overfit_from)}"
    return f"{since}: the validation loss had its lowest there, {lowest}, and rose to {last} while the training loss fell"


def _rose(one: Compared) -> str | None:
    reading = one.reading
    if reading is None or reading.trend != "rising":
        return None
    return f"its training loss went back up: {write_number(reading.first_loss)} at first, {write_number(reading.last_loss)} at the end"


def _did_not_move(one: Compared) -> str | None:
    reading = one.reading
    if reading is None or reading.trend != "unmoved":
        return None
    return f"its training loss hardly moved: {write_number(reading.first_loss)} at first, {write_number(reading.last_loss)} at the end"


def _has_one_direction(one: Compared) -> str | None:
    rank = one.update.effective_rank
    if one.pressure.rank < ENOUGH_RANK or not 0 < rank < FEW_DIRECTIONS:
        return None
    return f"its updates go in hardly more than one direction: effective rank {write_number(rank)} of {one.pressure.rank}"


def _lies_in_one_layer(one: Compared) -> str | None:
    layers, whole = one.update.layers, one.update.whole.frobenius
    if len(layers) < ENOUGH_LAYERS or not whole:
        return None
    largest = max(layers, key=lambda layer: layer.size.frobenius)
    share = (largest.size.frobenius / whole) ** 2
    return f"layer {largest.layer} alone has {write_share(share)} of its update (in squares)" if share > ONE_LAYER else None


def _lost_rows(one: Compared) -> str | None:
    file, cut, dropped = one.rows_of_file, one.record.rows_cut or 0, one.record.rows_dropped or 0
    if not file or (cut + dropped) / file < MANY_ROWS:
        return None
    return f"of {write_count(file)} rows of its data {write_count(cut)} were cut and {write_count(dropped)} dropped"


def _says_nothing(one: Compared) -> str | None:
    return None if one.record.basis else "its files say nothing of its training: what is told of it is what its weights tell"


def _was_planned(one: Compared) -> str | None:
    if one.record.basis != "planned":
        return None
    return "the numbers of its training are what was planned: its files do not prove what was done"


def _was_gone_on_with(one: Compared) -> str | None:
    began = one.record.resumed_from
    return f"it began with the weights of {began}: what those had seen is in none of the numbers" if began else None


def _ended_early(one: Compared) -> str | None:
    state = one.record.state
    if state in (None, "finished") or (state == "running" and one.step is not None):
        return None
    how = "was still running, or was killed," if state == "running" else f"{'has' if state == 'failed' else 'was'} {state}"
    return f"its training {how} after {write_count(one.record.effective_updates)} steps"


_OF_WEIGHTS = "from one up, what was added stands above what was there"
_OF_TEXT = "on the text that was held against both"
_OF_LOSSES = "read in stretches, as loss_curve.py says"

RULES = (
    Rule(name="not-finite", weight="warning", cause="hot", say=_breaks, reason="any logit on the held text that is infinite or NaN"),
    Rule(
        name="outweighs-base",
        weight="warning",
        cause="hot",
        say=_outweighs,
        reason=f"spectral norm over the weight's, {AS_LARGE:g}: {_OF_WEIGHTS}",
    ),
    Rule(
        name="large-as-base",
        weight="warning",
        cause="hot",
        say=_is_as_large,
        reason=f"Frobenius norm over the weights', {AS_LARGE:g}: {_OF_WEIGHTS}",
    ),
    Rule(
        name="most-tokens-changed",
        weight="warning",
        cause="hot",
        say=_turns_most_tokens,
        reason=f"{MOST_CHANGED:.0%} of positions, {_OF_TEXT}: most",
    ),
    Rule(
        name="far-from-base",
        weight="warning",
        cause="hot",
        say=_is_far,
        reason=f"KL of {FAR_NATS:g} nat a token, {_OF_TEXT}: a token of it is e times less likely",
    ),
    Rule(
        name="narrowed",
        weight="warning",
        cause="hot",
        say=_has_narrowed,
        reason=f"entropy less by {NARROWED:.0%}, of a base with {CHOOSY_NATS:g} nats or more: loops begin where one token is left",
    ),
    Rule(
        name="vaguer",
        weight="warning",
        cause="hot",
        say=_is_vaguer,
        reason=f"entropy more by {VAGUER_NATS:g} nat: e times as many tokens to choose from",
    ),
    Rule(
        name="scored-below-base", weight="warning", cause="hot", say=_scored_worse, reason="the battery's report: a mean below the base's"
    ),
    Rule(name="scored", weight="fact", say=_scored_no_worse, reason="the battery's report"),
    Rule(name="scores-of-others", weight="warning", say=_scores_of_others, reason="digests of the report's replies and of these weights"),
    Rule(
        name="loss-flat",
        weight="warning",
        cause="long",
        say=_was_flat,
        reason=f"{_OF_LOSSES}: the last quarter of the steps or more gained nothing",
    ),
    Rule(
        name="over-fitted",
        weight="warning",
        cause="long",
        say=_overfitted,
        reason="validation up by 1 % or more since its lowest, training down",
    ),
    Rule(name="loss-rose", weight="warning", cause="hot", say=_rose, reason=f"{_OF_LOSSES}: a quarter or more of the gain was lost again"),
    Rule(name="loss-unmoved", weight="warning", cause="unmoved", say=_did_not_move, reason=f"{_OF_LOSSES}: a gain below 1 %"),
    Rule(
        name="one-direction",
        weight="fact",
        say=_has_one_direction,
        reason=f"effective rank below {FEW_DIRECTIONS:g}, of rank {ENOUGH_RANK} or more",
    ),
    Rule(
        name="one-layer",
        weight="fact",
        say=_lies_in_one_layer,
        reason=f"more than {ONE_LAYER:.0%} of the squared norm, of {ENOUGH_LAYERS} layers or more",
    ),
    Rule(
        name="rows-lost",
        weight="fact",
        say=_lost_rows,
        reason=f"{MANY_ROWS:.0%} of the rows or more: then another text was learnt than was given",
    ),
    Rule(name="no-record", weight="fact", say=_says_nothing, reason="its configuration and training.json"),
    Rule(name="planned-only", weight="fact", say=_was_planned, reason="mlx-lm and others write the configuration before they train"),
    Rule(name="went-on", weight="fact", say=_was_gone_on_with, reason="its record"),
    Rule(name="ended-early", weight="fact", say=_ended_early, reason="its record"),
)
