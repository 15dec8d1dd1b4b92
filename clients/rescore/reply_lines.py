"""The lines of a file of replies: a battery's own records, or replies in the LEM project's shape; every fault with its place."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from clients.errors import UsageFault
from clients.probes import probe_entry
from clients.probes.probe import Probe
from clients.probes.source import Entry
from clients.records.asked import Key
from clients.records.flat_record import unflatten
from clients.records.record import Record
from clients.rescore import foreign_reply

MAX_SHOWN_FAULTS = 20


class ReplyLines:
    """What has been read so far, with everything that is wrong with it."""

    def __init__(self, path: Path, known: Sequence[Probe]) -> None:
        self._path = path
        self._prompts = {probe.id: probe.prompt for probe in known}  # for lines without one
        self._records: dict[Key, Record] = {}
        self._probes: dict[str, Probe] = {}
        self._num_samples: Counter[tuple[str, str]] = Counter()  # of foreign replies, by subject and probe
        self._places: dict[Key | str, str] = {}  # of replies, and of the first line of each probe
        self._faults: list[str] = []

    def read(self, entries: Iterable[Entry]) -> tuple[tuple[Probe, ...], tuple[Record, ...]]:
        """Read all lines; raises UsageFault with all that is wrong."""
        for entry in entries:
            if entry.fault:
                self._faults.append(f"{entry.where}: {entry.fault}")
            elif is_record(entry.value):
                self._read_record(entry)
            else:
                self._read_foreign(entry)
        if not self._records and not self._faults:
            self._faults.append("it holds no reply")
        if self._faults:
            raise UsageFault(self._explain())
        return tuple(self._probes.values()), tuple(self._records.values())

    def _read_record(self, entry: Entry) -> None:
        try:
            record = msgspec.convert(entry.value, Record, dec_hook=unflatten)
        except msgspec.ValidationError as exc:
            self._faults.append(f"{entry.where}: is no reply of this version of the battery: {exc}")
            return
        self._add(entry.where, Probe(id=record.asked.id, prompt=record.asked.prompt), record)

    def _read_foreign(self, entry: Entry) -> None:
        value = self._with_prompt(entry.value)
        if faults := [f"{entry.where}: {fault}" for fault in foreign_reply.find_faults(value)]:
            self._faults.extend(faults)
            return
        probe = probe_entry.make_probe(value)
        subject = value.get("model") or self._path.stem
        sample = self._num_samples[subject, probe.id]
        self._num_samples[subject, probe.id] += 1
        record = foreign_reply.make_record(value, probe, subject=subject, endpoint=f"file:{self._path.name}", sample=sample)
        self._add(entry.where, probe, record)

    def _add(self, where: str, probe: Probe, record: Record) -> None:
        key = record.asked.key
        subject, id, sample = key
        first = self._probes.setdefault(id, probe)
        first_place = self._places.setdefault(id, where)
        if first.prompt != probe.prompt:
            self._faults.append(f"{where}: the prompt of {id!r} is not that of {first_place}")
        earlier = self._records.get(key)
        # A run that was taken up again asks again what had failed.
        if earlier is not None and earlier.reply.error is None:
            self._faults.append(f"{where}: is the same reply as {self._places[key]}: {subject}, {id}, sample {sample}")
        self._places[key] = where
        self._records[key] = record

    def _with_prompt(self, value: Any) -> Any:
        if isinstance(value, dict) and "prompt" not in value and value.get("id") in self._prompts:
            return value | {"prompt": self._prompts[value["id"]]}
        return value

    def _explain(self) -> str:
        more = len(self._faults) - MAX_SHOWN_FAULTS
        shown = [*self._faults[:MAX_SHOWN_FAULTS], *([f"and {more} more"] if more > 0 else [])]
        return "\n  ".join((f"cannot use the replies in {self._path}:", *shown))


def is_record(value: Any) -> bool:
    """Tell a battery's own record from a foreign reply."""
    return isinstance(value, Mapping) and {"subject", "sample", "scorer_version"} <= value.keys()
