"""A configuration for the next training, derived from the adapter that shows most warnings, the healthiest beside it and the note's rules.

The note's rules, which come of one model that broke and one that did not: half the rate, a third of the layers (8 of 26), batches of one
row. An update grows about as the rate does: where it outweighs the base by more than twice, the rate goes down by as much.
"""

from collections.abc import Iterator, Sequence
from math import floor, log10

import msgspec

from adapters.compare.comparison import Compared
from adapters.compare.rules import RULES, Cause, Finding
from adapters.compare.wording import write_count, write_number, write_rate, write_share

NOTES_RATE = 5e-6
SHARE_OF_LAYERS = 8 / 26
NUM_SAVES = 4


class Setting(msgspec.Struct, frozen=True, kw_only=True):
    """A key of the file that adapters.train takes."""

    key: str
    value: str  # in TOML
    reason: str


class Recommendation(msgspec.Struct, frozen=True, kw_only=True):
    """What to train next; without settings, why nothing is to be changed."""

    adapter: str | None  # whose configuration it mends
    settings: tuple[Setting, ...]
    text: str

    @property
    def toml(self) -> str:
        """The file, the reasons in it."""
        return "".join(f"{one.key} = {one.value}  # {one.reason}\n" for one in self.settings)


def recommend(compared: Sequence[Compared], findings: Sequence[Finding]) -> Recommendation:
    """Mend the configuration of the adapter with the most warnings that a configuration can do something about."""
    causes = {one.name: _find_causes(one, findings) for one in compared}
    worst = max(compared, key=lambda one: (len(causes[one.name]), one.norm))
    if not causes[worst.name]:
        return Recommendation(adapter=None, settings=(), text=_say_nothing_is_wrong(compared))
    healthy = [one for one in compared if "hot" not in causes[one.name]]
    healthiest = max(healthy, key=lambda one: (one.scores.mean if one.scores else float("-inf"), -one.norm), default=None)
    guide = None if healthiest is worst else healthiest
    settings = tuple(_settle(worst, guide, set(causes[worst.name]), worst.base_layers))
    text = f"for {worst.name}, whose warnings are above: a configuration for adapters.train, with the reason for each value"
    return Recommendation(adapter=worst.name, settings=settings, text=text)


def _find_causes(one: Compared, findings: Sequence[Finding]) -> list[Cause]:
    named = {rule.name: rule.cause for rule in RULES}
    return [cause for finding in findings if finding.adapter == one.name and (cause := named.get(finding.rule))]


def _say_nothing_is_wrong(compared: Sequence[Compared]) -> str:
    lacking = [
        *(
            ["nothing was measured against the base, as no --model that they fit was given"]
            if not any(one.divergence for one in compared)
            else []
        ),
        *(["no losses are known"] if not any(one.reading for one in compared) else []),
        *(["no battery's scores were given"] if not any(one.scores for one in compared) else []),
    ]
    return "nothing that was measured is out of bounds: no change is recommended" + (f" ({'; '.join(lacking)})" if lacking else "")


def _settle(one: Compared, guide: Compared | None, causes: set[Cause], base_layers: int | None) -> Iterator[Setting]:
    yield Setting(key="kind", value=f'"{one.kind}"', reason="as it was")
    yield _settle_rate(one, guide, causes)
    yield from _settle_steps(one, guide, causes)
    yield from _settle_batch(one, causes)
    yield _settle_layers(one, causes, base_layers)
    yield Setting(key="rank", value=str(one.pressure.rank), reason="as it was")
    yield Setting(key="scale", value=f"{one.pressure.scale:g}", reason="as it was")
    targets = ", ".join(f'"{target}"' for target in one.targets)
    yield Setting(key="targets", value=f"[{targets}]", reason="as they were")


def _settle_rate(one: Compared, guide: Compared | None, causes: set[Cause]) -> Setting:
    own = one.pressure.learning_rate
    other = guide.pressure.learning_rate if guide else None
    if own is None:
        return _rate(NOTES_RATE, "the note's: its own is not known")
    if "hot" in causes:
        outweighs = one.update.whole.relative_spectral or 0.0
        if outweighs > 2:
            return _rate(own / outweighs, f"{write_rate(own)} over {write_number(outweighs)}, the times that its update outweighs the base")
        if guide and other is not None and other < own:
            return _rate(other, f"that of {guide.name}, which shows no such warning; it was {write_rate(own)}")
        return _rate(own / 2, f"half of {write_rate(own)}: the note's rule")
    if "unmoved" in causes:
        return _rate(own * 2, f"twice {write_rate(own)}: the loss hardly moved")
    return _rate(own, "as it was")


def _settle_steps(one: Compared, guide: Compared | None, causes: set[Cause]) -> Iterator[Setting]:
    own, reading = one.pressure.optimizer_steps, one.reading
    other = guide.pressure.optimizer_steps if guide else None
    ends = {"over-fitting began there": reading.overfit_from, "the gain in loss was flat after it": reading.flat_from} if reading else {}
    known = {reason: step for reason, step in ends.items() if step}
    if known:
        reason = min(known, key=lambda one: known[one])
        steps, why = known[reason], reason
    elif "hot" in causes and guide and other and own and other < own:
        steps, why = other, f"those of {guide.name}; they were {write_count(own)}"
    elif own:
        steps, why = own, "as they were"
    else:
        return
    yield Setting(key="steps", value=str(steps), reason=why)
    yield Setting(
        key="save-every", value=str(max(1, steps // NUM_SAVES)), reason="clients.checkpoints tells at which step it begins to break"
    )


def _settle_batch(one: Compared, causes: set[Cause]) -> Iterator[Setting]:
    own = one.pressure.batch_size
    if "hot" in causes and own != 1:
        was = f"it was {write_count(own)}: " if own else ""
        yield Setting(key="batch-size", value="1", reason=f"{was}the note's rule, fewer rows are seen in as many steps")
    elif own:
        yield Setting(key="batch-size", value=str(own), reason="as it was")


def _settle_layers(one: Compared, causes: set[Cause], base_layers: int | None) -> Setting:
    own = one.pressure.num_layers
    third = max(1, round(base_layers * SHARE_OF_LAYERS)) if base_layers else max(1, own // 2)
    if "hot" not in causes or third >= own:
        return Setting(key="layers", value=f'"{own}"', reason="as they were")
    if base_layers:
        return Setting(
            key="layers",
            value=f'"{third}"',
            reason=f"{write_share(third / base_layers)} of {base_layers}, it was {write_share(own / base_layers)}: the note's rule",
        )
    return Setting(key="layers", value=f'"{third}"', reason=f"half of {own}: how many the base has is not known")


def _rate(value: float, reason: str) -> Setting:
    rounded = round(value, -floor(log10(value)) + 1) if value > 0 else value
    return Setting(key="learning-rate", value=f"{rounded:.2g}", reason=reason)
