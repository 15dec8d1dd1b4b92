"""What the verdict costs a character."""

from collections.abc import Iterable, Sequence

from bench.detectors.observation import PIECE_CHARS, Observation
from bench.detectors.table import Table

NUM_DEAREST = 5


def us_per_char(observations: Iterable[Observation]) -> float:
    """Microseconds of processor time a character, all of the verdict and the score included."""
    observations = list(observations)
    spent_s = sum(seen.feeding_s + seen.finishing_s for seen in observations)
    return 1e6 * spent_s / max(1, sum(len(seen.example.text) for seen in observations))


def cost(observations: Sequence[Observation]) -> Table:
    """Tabulate the cost of ordinary and degenerate text, and of the dearest kinds."""
    long = [seen for seen in observations if len(seen.example.text) >= 200]
    ordinary = [seen for seen in long if seen.example.is_ordinary]
    degenerate = [seen for seen in long if not seen.example.is_ordinary]
    kinds = {kind: [seen for seen in long if seen.example.kind == kind] for kind in {seen.example.kind for seen in long}}
    dearest = sorted(kinds.items(), key=lambda item: us_per_char(item[1]), reverse=True)[:NUM_DEAREST]
    return Table(
        heading="Cost",
        note=f"Microseconds of processor time a character, streamed in pieces of {PIECE_CHARS} characters, all detectors together; at the "
        "end comes the rest of the scoring (the detectors' last word, lek-v1, the compression ratio). Texts of 200 characters or more; "
        "the last rows are the dearest kinds.",
        columns=("texts", "number", "streaming", "at the end", "together"),
        rows=tuple(_row(name, cell) for name, cell in (("ordinary", ordinary), ("degenerate", degenerate), *dearest)),
    )


def _row(name: str, cell: Sequence[Observation]) -> tuple[str, ...]:
    num_chars = max(1, sum(len(seen.example.text) for seen in cell))
    feeding, finishing = (
        1e6 * sum(spent) / num_chars for spent in zip(*((seen.feeding_s, seen.finishing_s) for seen in cell), strict=True)
    )
    return name, f"{len(cell):,}", f"{feeding:.2f}", f"{finishing:.2f}", f"{feeding + finishing:.2f}"
