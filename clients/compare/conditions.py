"""The conditions under which entrants were measured: what forbids a comparison, and what a reader must know of it."""

from collections.abc import Callable, Iterator, Sequence

from clients.compare.entrant import Entrant
from clients.errors import UsageFault
from clients.records.record import Record

MAX_LISTED = 4
NUM_DIGEST_CHARS = 19  # with `sha256:`

# What may differ between entrants, but must be said; each is read from every reply, since one report may hold several of them.
CONDITIONS: tuple[tuple[str, Callable[[Record], object]], ...] = (
    ("temperatures", lambda record: "not sent" if record.asked.is_temperature_left_out else record.asked.temperature),
    ("sampling fields", lambda record: record.sampling_words),
    ("length limits", lambda record: record.asked.max_tokens),
    ("seeds", lambda record: record.asked.seed),
    ("packs of probes", lambda record: record.instrument.probes_digest[:NUM_DIGEST_CHARS]),
)


INSTRUMENTS: tuple[tuple[str, Callable[[Record], str]], ...] = (
    ("scores", lambda record: f"{record.instrument.scorer}, version {record.instrument.scorer_version}"),
    ("flags", lambda record: f"detectors of version {record.instrument.detectors_version}"),
)


def check_instruments(entrants: Sequence[Entrant]) -> None:
    """Raise UsageFault where scores or flags mean different things."""
    for name, by in INSTRUMENTS:
        groups = _grouped(entrants, by)
        if len(groups) > 1:
            told = "; ".join(f"{_listed(labels)} by {instrument}" for instrument, labels in groups.items())
            raise UsageFault(
                f"the {name} mean different things and cannot be compared: {told}. Score the replies alike first:"
                f" python -m clients.rescore FILE.json --scorer {entrants[0].records[0].instrument.scorer} --output NEW.json"
            )


def find_differences(entrants: Sequence[Entrant]) -> Iterator[str]:
    """Say in a sentence each in what the entrants were not measured alike."""
    for name, value in CONDITIONS:
        groups = _grouped(entrants, value)
        if len(groups) > 1:
            yield f"Different {name}: {'; '.join(f'{values} for {_listed(labels)}' for values, labels in groups.items())}."
    if len({entrant.saved.report.provenance.probes.file_digest for entrant in entrants}) > 1:
        names = ", ".join(dict.fromkeys(f"{e.saved.file}: {e.saved.report.provenance.probes.name}" for e in entrants))
        yield f"The probes come from different files ({names})."


def _grouped(entrants: Sequence[Entrant], value: Callable[[Record], object]) -> dict[str, list[str]]:
    """Gather the labels of the entrants by the values in their replies."""
    groups: dict[str, list[str]] = {}
    for entrant in entrants:
        values = dict.fromkeys("none known" if value(record) is None else str(value(record)) for record in entrant.records)
        groups.setdefault(", ".join(sorted(values, key=lambda text: (len(text), text))), []).append(entrant.label)
    return groups


def _listed(labels: Sequence[str]) -> str:
    more = len(labels) - MAX_LISTED
    return ", ".join(labels[:MAX_LISTED]) + (f" and {more} more" if more > 0 else "")
