"""The lines of a file of replies: a battery's own records, or replies in others' shapes; every fault with its place."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from clients.errors import UsageFault
from clients.probes import probe_entry
from clients.probes.mending import MAX_NAMED, NUMBER_FLAG, SKIP_FLAG, Mended, Mending
from clients.probes.probe import Probe
from clients.probes.source import Entry
from clients.records.asked import Key
from clients.records.flat_record import unflatten
from clients.records.record import Record
from clients.rescore import foreign_reply
from scoring.saved_shapes import flatten_saved

MAX_SHOWN_FAULTS = 20


class ReadReplies(msgspec.Struct, frozen=True, kw_only=True):
    """What a file holds."""

    probes: tuple[Probe, ...]
    records: tuple[Record, ...]
    systems: dict[str, str]  # by subject, where the file has their words
    mended: Mended | None


class ReplyLines:
    """What has been read so far, with everything that is wrong with it."""

    def __init__(self, path: Path, known: Sequence[Probe], mending: Mending) -> None:
        self._path = path
        self._mending = mending
        self._prompts = {probe.id: probe.prompt for probe in known}  # for lines without one
        self._ids = {probe.prompt: probe.id for probe in known}  # for lines without one, each prompt with that of its first line
        self._records: dict[Key, Record] = {}
        self._probes: dict[str, Probe] = {}
        self._num_samples: Counter[tuple[str, str]] = Counter()  # of foreign replies, by subject and probe
        self._places: dict[Key | str, str] = {}  # of replies, and of the first line of each probe
        self._systems: dict[str, str] = {}
        self._num_entries = 0
        self._faults: list[str] = []
        self._skipped: list[str] = []
        self._numbered: dict[str, str] = {}  # by the id they were given, where
        self._has_duplicates = False

    def read(self, entries: Iterable[Entry]) -> ReadReplies:
        """Read all lines; raises UsageFault with all that is wrong."""
        lines = list(self._flatten(entries))
        names = foreign_reply.name_subjects([line.value for line in lines if not (line.fault or is_record(line.value))], self._path.stem)
        for line in lines:
            if line.fault:
                self._refuse(line.where, line.fault)
            elif is_record(line.value):
                self._read_record(line)
            else:
                self._read_foreign(line, names)
        if self._faults or not self._records:
            raise UsageFault(self._explain())
        return ReadReplies(
            probes=tuple(self._probes.values()), records=tuple(self._records.values()), systems=self._systems, mended=self._mended()
        )

    def _flatten(self, entries: Iterable[Entry]) -> Iterator[Entry]:
        """Give each answer an entry of its own, and none to what only sums up others."""
        for entry in entries:
            self._num_entries += 1
            if not isinstance(entry.value, dict) or is_record(entry.value):
                yield entry
                continue
            try:
                yield from (msgspec.structs.replace(entry, value=flat) for flat in flatten_saved(entry.value))
            except ValueError as exc:
                yield msgspec.structs.replace(entry, fault=str(exc))

    def _read_record(self, entry: Entry) -> None:
        try:
            record = msgspec.convert(entry.value, Record, dec_hook=unflatten)
        except msgspec.ValidationError as exc:
            self._refuse(entry.where, f"is no reply of this version of the battery: {exc}")
            return
        probe = self._number(entry.where, Probe(id=record.asked.id, prompt=record.asked.prompt))
        self._add(entry.where, probe, record.with_parts(asked=msgspec.structs.replace(record.asked, id=probe.id)))

    def _read_foreign(self, entry: Entry, names: Mapping[foreign_reply.Condition, str]) -> None:
        value = self._complete(entry)
        if faults := tuple(foreign_reply.find_faults(value)):
            self._refuse(entry.where, *faults)
            return
        probe = self._number(entry.where, probe_entry.make_probe(value))
        condition = foreign_reply.read_condition(value)
        subject = names[condition]
        if condition.system is not None:
            self._systems[subject] = condition.system
        sample = self._num_samples[subject, probe.id]
        record = foreign_reply.make_record(value, probe, subject=subject, endpoint=f"file:{self._path.name}", sample=sample)
        if self._add(entry.where, probe, record):
            self._num_samples[subject, probe.id] += 1

    def _complete(self, entry: Entry) -> Any:
        """Add the prompt of a probe that is known by its id, or the id of a prompt that is known or has been met before."""
        value = entry.value
        if not isinstance(value, dict):
            return value
        if "prompt" not in value and value.get("id") in self._prompts:
            return value | {"prompt": self._prompts[value["id"]]}
        if value.get("id") is None and value.get("seed_id") is None and isinstance(value.get("prompt"), str):
            return value | {"id": self._ids.setdefault(value["prompt"], str(entry.number))}
        return value

    def _number(self, where: str, probe: Probe) -> Probe:
        """Give one of several prompts under one id an id of its own, the same to all its replies."""
        first = self._probes.get(probe.id)
        if not self._mending.numbers_duplicates or first is None or first.prompt == probe.prompt:
            return probe
        number = 2
        while (other := self._probes.get(f"{probe.id}#{number}")) is not None and other.prompt != probe.prompt:
            number += 1
        name = f"{probe.id}#{number}"
        self._numbered.setdefault(name, where)
        return msgspec.structs.replace(probe, id=name)

    def _add(self, where: str, probe: Probe, record: Record) -> bool:
        """Add a reply, unless it is refused."""
        key = record.asked.key
        subject, id, sample = key
        first = self._probes.setdefault(id, probe)
        first_place = self._places.setdefault(id, where)
        if first.prompt != probe.prompt:
            self._has_duplicates = True
            self._refuse(where, f"the prompt of {id!r} is not that of {first_place}")
            return False
        earlier = self._records.get(key)
        # A run that was taken up again asks again what had failed.
        if earlier is not None and earlier.reply.error is None:
            self._refuse(where, f"is the same reply as {self._places[key]}: {subject}, {id}, sample {sample}")
            return False
        self._places[key] = where
        self._records[key] = record
        return True

    def _refuse(self, where: str, *faults: str) -> None:
        if self._mending.skips_bad:
            self._skipped.append(f"{where}: {', '.join(faults)}")
        else:
            self._faults.extend(f"{where}: {fault}" for fault in faults)

    def _mended(self) -> Mended | None:
        if not (self._skipped or self._numbered):
            return None
        return Mended(
            num_entries=self._num_entries,
            skipped=tuple(self._skipped[:MAX_NAMED]),
            num_skipped=len(self._skipped),
            numbered=tuple(f"{where}: {name}" for name, where in list(self._numbered.items())[:MAX_NAMED]),
            num_numbered=len(self._numbered),
        )

    def _explain(self) -> str:
        faults = self._faults or ["it holds no reply", *self._skipped]
        more = len(faults) - MAX_SHOWN_FAULTS
        shown = [*faults[:MAX_SHOWN_FAULTS], *([f"and {more} more"] if more > 0 else [])]
        head = f"cannot use the replies in {self._path}, a battery's or JSON or JSON Lines of {{id, prompt, response}}:"
        return "\n  ".join((head, *shown, *self._advise()))

    def _advise(self) -> Iterator[str]:
        if self._faults and all("has no response; its keys are " in fault for fault in self._faults) and not self._records:
            yield "these may be probes, which clients.battery --probes asks"
        if self._faults and self._records:
            yield f"{SKIP_FLAG} scores the other {len(self._records)} alone"
            if self._has_duplicates:
                yield f"{NUMBER_FLAG} scores those that have an id in common, too"


def is_record(value: Any) -> bool:
    """Tell a battery's own record from a foreign reply."""
    return isinstance(value, Mapping) and {"subject", "sample", "scorer_version"} <= value.keys()
