"""The selection: which entries of a file become probes, and what is wrong with the others."""

from collections.abc import Iterable, Iterator

import msgspec

from clients.probes.mending import MAX_NAMED, Mended, Mending
from clients.probes.probe import Probe
from clients.probes.probe_entry import find_faults, make_probe
from clients.probes.source import Entry


class Selection(msgspec.Struct, frozen=True, kw_only=True):
    """What can be asked."""

    probes: tuple[Probe, ...]
    faults: tuple[str, ...]  # each with its place; empty where mending saw to all of them
    has_duplicates: bool  # among the faults
    mended: Mended | None  # None where nothing had to be


def select_probes(entries: Iterable[Entry], mending: Mending) -> Selection:
    """Take the entries one by one; of several with one id the first keeps it."""
    selecting = _Selecting(mending)
    for entry in entries:
        selecting.take(entry)
    return selecting.finish()


class _Selecting:
    def __init__(self, mending: Mending) -> None:
        self._mending = mending
        self._num_entries = 0
        self._firsts: dict[str, tuple[Entry, Probe]] = {}  # by the id in the file
        self._taken: list[tuple[Entry, Probe]] = []
        self._duplicates: list[int] = []  # places among those taken
        self._faults: list[str] = []
        self._skipped: list[str] = []
        self._has_duplicates = False

    def take(self, entry: Entry) -> None:
        self._num_entries += 1
        faults = (entry.fault,) if entry.fault else tuple(find_faults(entry.value))
        if faults:
            self._refuse(entry, *faults)
            return
        probe = make_probe(entry.value)
        first_entry, first = self._firsts.setdefault(probe.id, (entry, probe))
        if first_entry is entry:
            self._taken.append((entry, probe))
        elif self._mending.numbers_duplicates and not (self._mending.skips_bad and probe.prompt == first.prompt):
            self._duplicates.append(len(self._taken))
            self._taken.append((entry, probe))
        else:
            self._has_duplicates = True
            self._refuse(
                entry, f"the id {probe.id!r} is that of {first_entry.where} too{', and so is the prompt' * (probe.prompt == first.prompt)}"
            )

    def finish(self) -> Selection:
        numbered = tuple(self._number())
        is_mended = self._skipped or numbered
        mended = Mended(
            num_entries=self._num_entries,
            skipped=tuple(self._skipped[:MAX_NAMED]),
            num_skipped=len(self._skipped),
            numbered=numbered[:MAX_NAMED],
            num_numbered=len(numbered),
        )
        return Selection(
            probes=tuple(probe for _, probe in self._taken),
            faults=tuple(self._faults),
            has_duplicates=self._has_duplicates,
            mended=mended if is_mended else None,
        )

    def _refuse(self, entry: Entry, *faults: str) -> None:
        if self._mending.skips_bad:
            self._skipped.append(f"{entry.where}: {', '.join(faults)}")
        else:
            self._faults.extend(f"{entry.where}: {fault}" for fault in faults)

    def _number(self) -> Iterator[str]:
        """Number what shares an id, past the ids that the file has anyway."""
        taken = set(self._firsts)
        numbers: dict[str, int] = {}
        for place in self._duplicates:
            entry, probe = self._taken[place]
            number = numbers.get(probe.id, 1) + 1
            while f"{probe.id}#{number}" in taken:
                number += 1
            numbers[probe.id] = number
            name = f"{probe.id}#{number}"
            taken.add(name)
            self._taken[place] = (entry, msgspec.structs.replace(probe, id=name))
            yield f"{entry.where}: {name}"
