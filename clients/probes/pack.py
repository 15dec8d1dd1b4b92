"""Packs of probes: those shipped in `packs/`, by name, and anybody's own, by file."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import msgspec

from clients.errors import UsageFault
from clients.probes.mending import AS_IT_IS, NUMBER_FLAG, SKIP_FLAG, Mending
from clients.probes.probe import Probe, ProbePack
from clients.probes.selection import Selection, select_probes
from clients.probes.source import Source, parse_source

PACKS_DIR = Path(__file__).parent / "packs"
PACK_NAMES = ("ccp", "capability", "degeneration")
MAX_SHOWN_FAULTS = 20


def load_pack(name_or_file: str, mending: Mending = AS_IT_IS) -> ProbePack:
    """Read a shipped pack or a file, mended as far as that is allowed; raises UsageFault with all that is wrong."""
    if name_or_file in PACK_NAMES:
        return read_pack(PACKS_DIR / f"{name_or_file}.json")
    return read_pack(Path(name_or_file), mending)


def read_pack(path: Path, mending: Mending = AS_IT_IS) -> ProbePack:
    """Read a file of probes; raises UsageFault."""
    try:
        content = path.read_bytes()
        source = parse_source(content)
    except OSError as exc:
        packs = ", ".join(PACK_NAMES)
        raise UsageFault(f"cannot read probes from {path}: {exc.strerror}; expected a file or one of {packs}") from exc
    except ValueError as exc:
        raise UsageFault(f"cannot read probes from {path}: {exc}") from exc
    selection = select_probes(source.entries, mending)
    if selection.faults or not selection.probes:
        raise UsageFault(_explain(path, source, selection))
    return ProbePack(
        name=source.name or path.name,
        title=source.title,
        probes=_grouped(selection.probes),
        file_digest="sha256:" + hashlib.sha256(content).hexdigest(),
        mended=selection.mended,
    )


def _explain(path: Path, source: Source, selection: Selection) -> str:
    head = f"cannot use the probes in {path}, JSON or JSON Lines of {{id, prompt}}:"
    if (other := source.other_kind) is not None:
        return f"{head}\n  {other}"
    faults = (
        *selection.faults,
        *(() if selection.faults else ("it holds no probe", *(selection.mended.skipped if selection.mended else ()))),
    )
    more = len(faults) - MAX_SHOWN_FAULTS
    shown = [*faults[:MAX_SHOWN_FAULTS], *([f"and {more} more"] if more > 0 else [])]
    return "\n  ".join((head, *shown, *_advise(selection)))


def _advise(selection: Selection) -> Iterator[str]:
    """Name the flags that would open the file; where nothing would be left, none does."""
    if selection.faults and selection.probes:
        yield f"{SKIP_FLAG} asks the other {len(selection.probes)} alone"
        if selection.has_duplicates:
            yield f"{NUMBER_FLAG} asks those that have an id in common, too"


def _grouped(probes: tuple[Probe, ...]) -> tuple[Probe, ...]:
    """Count the probe that others are variants of, by its id, as one of them."""
    groups = {probe.group for probe in probes}
    return tuple(
        msgspec.structs.replace(probe, group=probe.id) if probe.group is None and probe.id in groups else probe for probe in probes
    )
