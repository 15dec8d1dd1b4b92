"""Packs of probes: those shipped in `packs/`, by name, and anybody's own, by file."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import msgspec

from clients.errors import UsageFault
from clients.probes.probe import Probe, ProbePack
from clients.probes.probe_entry import find_faults, make_probe
from clients.probes.source import Source, parse_source

PACKS_DIR = Path(__file__).parent / "packs"
PACK_NAMES = ("ccp", "capability", "degeneration")
MAX_SHOWN_FAULTS = 20


def load_pack(name_or_file: str) -> ProbePack:
    """Read a shipped pack or a file; raises UsageFault with all that is wrong."""
    if name_or_file in PACK_NAMES:
        return read_pack(PACKS_DIR / f"{name_or_file}.json")
    return read_pack(Path(name_or_file))


def read_pack(path: Path) -> ProbePack:
    """Read a file of probes; raises UsageFault."""
    try:
        content = path.read_bytes()
        source = parse_source(content)
    except OSError as exc:
        packs = ", ".join(PACK_NAMES)
        raise UsageFault(f"cannot read probes from {path}: {exc.strerror}; expected a file or one of {packs}") from exc
    except ValueError as exc:
        raise UsageFault(f"cannot read probes from {path}: {exc}") from exc
    faults = tuple(_faults(source))
    if faults:
        raise UsageFault(_explain(path, faults))
    return ProbePack(
        name=source.name or path.name,
        title=source.title,
        probes=_grouped(tuple(make_probe(entry.value) for entry in source.entries)),
        file_digest="sha256:" + hashlib.sha256(content).hexdigest(),
    )


def _faults(source: Source) -> Iterator[str]:
    if not source.entries:
        yield "it holds no probe"
    places: dict[str, str] = {}  # of each id
    for entry in source.entries:
        found = (entry.fault,) if entry.fault else tuple(find_faults(entry.value))
        yield from (f"{entry.where}: {fault}" for fault in found)
        if not found:
            name = make_probe(entry.value).id
            if name in places:
                yield f"{entry.where}: the id {name!r} is that of {places[name]} too"
            places.setdefault(name, entry.where)


def _explain(path: Path, faults: tuple[str, ...]) -> str:
    more = len(faults) - MAX_SHOWN_FAULTS
    shown = [*faults[:MAX_SHOWN_FAULTS], *([f"and {more} more"] if more > 0 else [])]
    return "\n  ".join((f"cannot use the probes in {path}, JSON or JSON Lines of {{id, prompt}}:", *shown))


def _grouped(probes: tuple[Probe, ...]) -> tuple[Probe, ...]:
    """Count the probe that others are variants of, by its id, as one of them."""
    groups = {probe.group for probe in probes}
    return tuple(
        msgspec.structs.replace(probe, group=probe.id) if probe.group is None and probe.id in groups else probe for probe in probes
    )
