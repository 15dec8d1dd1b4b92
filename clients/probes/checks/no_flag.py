"""Degeneration flags that a reply must not raise."""

import msgspec

from clients.probes.checks.fault import CheckedReply, Fault


class NoFlag(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="no_flag"):
    """The reply raises no hard flag, nor any of the soft ones named."""

    soft: tuple[str, ...] = ()

    def find_fault(self, reply: CheckedReply) -> Fault | None:
        """Name the flags."""
        names = dict.fromkeys(flag.flag for flag in reply.flags if flag.tier == "hard" or flag.flag in self.soft)
        return Fault(why=f"raises {', '.join(names)}", is_final=True) if names else None
