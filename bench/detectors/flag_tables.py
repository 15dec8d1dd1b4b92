"""Every flag: how often it comes where it is due, and how often it is right where it comes."""

from collections.abc import Sequence

from bench.detectors.distances import delay, median_and_tail, onset_error
from bench.detectors.observation import Observation
from bench.detectors.share import Share, share
from bench.detectors.table import Table


def recall_by_kind(observations: Sequence[Observation]) -> Table:
    """Tabulate, by kind of text, how often the flag that is due is raised by its name."""
    due = [seen for seen in observations if seen.example.due is not None and not seen.example.noise_percent]
    groups = sorted({(str(seen.example.due), seen.example.kind) for seen in due})
    return Table(
        heading="Recall by flag",
        note="In %: texts with the flag that is due, by its name; with any flag that fits, hard or soft; with any hard flag. Onset "
        "error and delay as above. Texts without noise.",
        columns=("flag", "text", "texts", "flagged as such", "any fitting flag", "any hard flag", "onset error", "delay"),
        rows=tuple(
            _recall(flag, kind, [seen for seen in due if (seen.example.due, seen.example.kind) == (flag, kind)]) for flag, kind in groups
        ),
    )


def precision_by_flag(observations: Sequence[Observation]) -> Table:
    """Tabulate how many of the texts with a flag are texts that it is true of."""
    names = sorted({flag.flag for seen in observations for flag in seen.flags})
    return Table(
        heading="Precision by flag",
        note="Of all texts with the flag, hard or soft, the share that it is true of, in %; of the others, how many are ordinary. "
        "Precision depends on the mix of texts, here about as many degenerate as ordinary ones; the false alarms below do not.",
        columns=("flag", "texts with it", "right", "wrong on ordinary text"),
        rows=tuple(_precision(name, [seen for seen in observations if name in seen.named]) for name in names),
    )


def _recall(flag: str, kind: str, cell: Sequence[Observation]) -> tuple[str, ...]:
    return (
        f"`{flag}`",
        kind,
        str(len(cell)),
        share([flag in seen.named for seen in cell]).percent(),
        share([any(map(seen.example.fits, seen.flags)) for seen in cell]).percent(),
        share([bool(seen.hard) for seen in cell]).percent(),
        median_and_tail([onset_error(seen) for seen in cell]),
        median_and_tail([delay(seen) for seen in cell]),
    )


def _precision(name: str, raised: Sequence[Observation]) -> tuple[str, ...]:
    wrong = [seen for seen in raised if not all(seen.example.fits(flag) for flag in seen.flags if flag.flag == name)]
    right = Share(hits=len(raised) - len(wrong), trials=len(raised))
    return f"`{name}`", str(right.trials), right.percent(), str(sum(seen.example.is_ordinary for seen in wrong))
