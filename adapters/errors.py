"""What can go wrong with an adapter.

AdapterError
├── UnreadableAdapter    a file is missing, or is not what it should be
├── UnsupportedAdapter   a kind of adapter that is not served, refused by name
└── MismatchedAdapter    its tensors do not fit each other, its configuration or the base: lists every mismatch
"""

from collections.abc import Sequence

MAX_LISTED = 50  # so that an error is still an answer when every tensor of a large adapter is wrong


class AdapterError(Exception):
    """Anything that keeps an adapter from being served."""


class UnreadableAdapter(AdapterError):
    """A file of the adapter is missing, truncated, or not of its format."""


class UnsupportedAdapter(AdapterError):
    """A kind of adapter that is not served."""


class MismatchedAdapter(AdapterError):
    """Tensors that do not fit; `mismatches` holds one line each, all of them, the message the first MAX_LISTED."""

    def __init__(self, mismatches: Sequence[str]) -> None:
        listed = [*mismatches[:MAX_LISTED], *([f"and {len(mismatches) - MAX_LISTED} more"] if len(mismatches) > MAX_LISTED else [])]
        super().__init__("the adapter's tensors are not as expected:\n" + "\n".join(f"  {line}" for line in listed))
        self.mismatches = tuple(mismatches)
