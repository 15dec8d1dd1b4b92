"""What a check looks at, and what it finds wrong."""

import msgspec

from scoring.scores import Flag


class CheckedReply(msgspec.Struct, frozen=True, kw_only=True):
    """A reply as far as checks can see it."""

    text: str
    flags: tuple[Flag, ...] = ()  # of the degeneration verdict


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """One thing wrong with a reply."""

    why: str
    is_final: bool  # no continuation could mend it; what is merely not there yet may still come in a reply that was cut off
