"""Loops by period, noise and alphabet: how many are found, how exactly, how soon."""

from collections.abc import Iterable, Sequence

from bench.detectors.corpora.degenerate.loops import BANDS
from bench.detectors.corpora.example import LOOP_FLAGS
from bench.detectors.distances import NAMES_OF_LOOPS, delay, median_and_tail, onset_error
from bench.detectors.observation import Observation
from bench.detectors.share import Share, share
from bench.detectors.table import Table

KINDS = ("exact loop", "noisy loop")


def loops(observations: Iterable[Observation]) -> list[Observation]:
    """Pick the exact and the noisy loops."""
    return [seen for seen in observations if seen.example.kind in KINDS]


def found_hard(observations: Iterable[Observation]) -> Share:
    """Count the loops with a hard loop flag."""
    return share([not LOOP_FLAGS.isdisjoint(seen.hard) for seen in observations])


def found(observations: Iterable[Observation]) -> Share:
    """Count the loops with any loop flag, hard or soft."""
    return share([not NAMES_OF_LOOPS.isdisjoint(seen.named) for seen in observations])


def in_band(observation: Observation, least: int, greatest: int) -> bool:
    """Say whether the text's true period lies in the band."""
    period = observation.example.period
    return period is not None and least <= period <= greatest


def by_period(observations: Sequence[Observation]) -> Table:
    """Tabulate recall by period and noise."""
    rows = []
    everything = loops(observations)
    for least, greatest in BANDS:
        for noise in sorted({seen.example.noise_percent for seen in everything}):
            cell = [seen for seen in everything if in_band(seen, least, greatest) and seen.example.noise_percent == noise]
            rows.append((f"{least} to {greatest}", f"{noise} %", *_cells(cell)))
    return Table(
        heading="Loops by period and noise",
        note="A loop is found if any loop flag is raised. Recall in % with 95 % Wilson intervals. Onset error: characters between the "
        "true start and the nearest start of a loop flag. Delay: characters of the loop that had been streamed when the first hard flag "
        "could be read. Both as median, 95th percentile.",
        columns=("period", "noise", "texts", "found, hard", "found, hard or soft", "onset error", "delay"),
        rows=tuple(rows),
    )


def by_alphabet(observations: Sequence[Observation]) -> Table:
    """Tabulate recall by alphabet and noise."""
    rows = []
    everything = loops(observations)
    for alphabet in dict.fromkeys(seen.example.alphabet for seen in everything):
        for noise in sorted({seen.example.noise_percent for seen in everything}):
            cell = [seen for seen in everything if (seen.example.alphabet, seen.example.noise_percent) == (alphabet, noise)]
            rows.append((str(alphabet), f"{noise} %", *_cells(cell)))
    return Table(
        heading="Loops by alphabet and noise",
        note="The same loops, all periods together.",
        columns=("alphabet", "noise", "texts", "found, hard", "found, hard or soft", "onset error", "delay"),
        rows=tuple(rows),
    )


def precision_by_period(observations: Sequence[Observation]) -> Table:
    """Tabulate, by the period that a flag gives, how often the text has that period, once or several times over."""
    judged = [
        (flag.period, seen.example.period is not None and flag.period % seen.example.period == 0)
        for seen in observations
        for flag in seen.flags
        if flag.period is not None and flag.flag in LOOP_FLAGS and _has_known_period(seen)
    ]
    rows = []
    for least, greatest in (*BANDS, (BANDS[-1][1] + 1, 10_000)):
        right = share([is_right for period, is_right in judged if least <= period <= greatest])
        name = f"{least} to {greatest}" if greatest <= BANDS[-1][1] else f"over {BANDS[-1][1]}"
        rows.append((name, str(right.trials), right.percent()))
    return Table(
        heading="Precision by period",
        note="Of the loop flags that give a period, on loops and on ordinary text, the share that stands on a loop of that period or of "
        "one that divides it, in %.",
        columns=("flagged period", "flags", "right"),
        rows=tuple(rows),
    )


def _has_known_period(observation: Observation) -> bool:
    """Texts that repeat themselves in other ways, or because they were asked to, have no one right period."""
    example = observation.example
    return example.period is not None or (example.is_ordinary and not example.fitting)


def _cells(cell: Sequence[Observation]) -> tuple[str, ...]:
    return (
        str(len(cell)),
        found_hard(cell).percent(),
        found(cell).percent(),
        median_and_tail([onset_error(seen) for seen in cell]),
        median_and_tail([delay(seen) for seen in cell]),
    )
