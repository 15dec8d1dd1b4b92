"""What can go wrong with an adapter.

AdapterError
├── UnreadableAdapter    a file is missing, or is not what it should be
├── UnsupportedAdapter   a kind of adapter that is not served, refused by name
└── MismatchedAdapter    its tensors do not fit the base: lists every mismatch
"""

from collections.abc import Sequence


class AdapterError(Exception):
    """Anything that keeps an adapter from being served."""


class UnreadableAdapter(AdapterError):
    """A file of the adapter is missing, truncated, or not of its format."""


class UnsupportedAdapter(AdapterError):
    """A kind of adapter that is not served (yet)."""


class MismatchedAdapter(AdapterError):
    """The adapter's tensors and the base do not agree; `mismatches` holds one line a tensor."""

    def __init__(self, mismatches: Sequence[str]) -> None:
        super().__init__("the adapter does not fit the base model:\n" + "\n".join(f"  {line}" for line in mismatches))
        self.mismatches = tuple(mismatches)
