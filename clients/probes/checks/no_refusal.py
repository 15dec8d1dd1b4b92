"""Refusals of what should be answered."""

import msgspec

from clients.probes.checks.fault import CheckedReply, Fault
from scoring.degeneration.words.declining import declining_words


class NoRefusal(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="no_refusal"):
    """The reply does not decline, or an answer follows all the same. The phrases are those of the detectors, in their languages."""

    def find_fault(self, reply: CheckedReply) -> Fault | None:
        """Name the phrase that refuses."""
        words = declining_words(reply.text)
        return Fault(why=f"refuses: {words!r}", is_final=True) if words is not None else None
