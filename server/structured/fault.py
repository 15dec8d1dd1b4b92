"""What is wrong with a schema.

ValueError
└── SchemaRefused   lists every fault, each with its place
"""

from collections.abc import Sequence

import msgspec

MOST_NAMED = 5


class SchemaFault(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that cannot be honoured."""

    place: str  # a JSON pointer from `#`, the root
    problem: str  # begins with the keyword, if it is one


class SchemaRefused(ValueError):
    """A schema is wrong, or asks for what cannot be guaranteed."""

    def __init__(self, faults: Sequence[SchemaFault]) -> None:
        named = "; ".join(f"{fault.problem}, at {fault.place}" for fault in faults[:MOST_NAMED])
        others = len(faults) - MOST_NAMED
        super().__init__(named + (f"; and {others} more" if others > 0 else ""))
        self.faults = tuple(faults)
