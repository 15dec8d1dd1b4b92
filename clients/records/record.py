"""A record: one question with its scored reply, the same in `FILE.jsonl` and among the samples of the report."""

from collections.abc import Sequence
from typing import Any, Self

from clients.asking.exchange import Reply
from clients.asking.sampling_fields import SamplingFields
from clients.probes.checks.judge import Check
from clients.records.asked import Asked
from clients.records.instrument import Instrument
from clients.records.scored import Scored, score_reply
from clients.records.settling import settle
from clients.records.told import Told


class Record:
    """Everything known of one reply; it stands alone, so that a run can be taken up again from its records.

    It is no struct since files hold the fields of its parts side by side (`flat_record.py`), which msgspec has no word for.
    """

    __slots__ = ("asked", "instrument", "reply", "scored", "told")

    def __init__(self, *, asked: Asked, instrument: Instrument, reply: Reply, scored: Scored, told: Told) -> None:
        self.asked = asked
        self.instrument = instrument  # by which it was scored
        self.reply = reply
        self.scored = scored
        self.told = told

    @property
    def sampling_words(self) -> str | None:
        """Say how tokens were chosen beside temperature and seed; None where that is not known."""
        if self.asked.sampling is None:
            return None
        unsent = [name for name in self.reply.unsent if name in SamplingFields.__struct_fields__]
        return (self.asked.sampling.words or "all off") + (f" ({', '.join(unsent)} not sent)" if unsent else "")

    def with_parts(self, **parts: Any) -> Self:
        """Make a record with some parts in place of its own."""
        return type(self)(**({part: getattr(self, part) for part in self.__slots__} | parts))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Record):
            return NotImplemented
        return all(getattr(self, part) == getattr(other, part) for part in self.__slots__)

    __hash__ = None  # type: ignore[assignment]  # scores are dictionaries

    def __repr__(self) -> str:
        return f"Record({', '.join(f'{part}={getattr(self, part)!r}' for part in self.__slots__)})"


def score_record(asked: Asked, reply: Reply, told: Told, checks: Sequence[Check], instrument: Instrument) -> Record:
    """Settle what a reply is, score it and put it beside its question."""
    reply = settle(reply, asked.prompt)
    return Record(
        asked=asked,
        instrument=instrument,
        reply=reply,
        scored=score_reply(reply, asked, instrument.scorer, checks),
        told=told,
    )
