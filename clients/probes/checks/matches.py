"""A regular expression that must be found in a reply."""

import re

import msgspec

from clients.probes.checks.fault import CheckedReply, Fault


class Matches(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="matches"):
    """The pattern is found in the reply, stripped of white space around it; flags stand in the pattern, such as `(?i)`."""

    pattern: str

    def __post_init__(self) -> None:
        try:
            re.compile(self.pattern)
        except re.error as exc:
            raise ValueError(f"pattern: {self.pattern!r} is no regular expression: {exc}") from exc

    def find_fault(self, reply: CheckedReply) -> Fault | None:
        """Say that the pattern is not found; more text may bring it, and may also take away what `$` needs."""
        if re.search(self.pattern, reply.text.strip()):
            return None
        return Fault(why=f"does not match {self.pattern}", is_final=False)
