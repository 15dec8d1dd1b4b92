"""What can go wrong with an adapter.

AdapterError
├── UnreadableAdapter    a file is missing, or is not what it should be
│   └── NoAdapter        the folder holds none, or there is no such repository
├── HubNotReached        Hugging Face cannot be asked, or there is no room for what it has
├── UnsupportedAdapter   a kind of adapter that is not served, refused by name
├── MismatchedAdapter    its tensors do not fit each other, its configuration or the base: lists every mismatch
├── FailedTrial          a pass on it is no good: logits that are not finite, or the base's own
├── AdapterNotLoaded     no adapter is served under the name
├── AdapterNameTaken     another one is, and is not to be replaced
├── AdapterChanged       the folder holds another content than was asked for
├── AdapterBusy          the name is being loaded or unloaded just now
├── ReloadFailed         the name was evicted, and what it stood for cannot be loaded again
├── SlotsFull            as many are served as may be: lists them
└── BankFull             the device has no memory for it
"""

from collections.abc import Sequence
from pathlib import Path

MAX_LISTED = 50  # so that an error is still an answer when every tensor of a large adapter is wrong


class AdapterError(Exception):
    """Anything that keeps an adapter from being served."""


class UnreadableAdapter(AdapterError):
    """A file of the adapter is missing, truncated, or not of its format."""


class NoAdapter(UnreadableAdapter):
    """The folder has no adapter's configuration in it."""


class HubNotReached(AdapterError):
    """What is to be fetched cannot be fetched now."""


class UnsupportedAdapter(AdapterError):
    """A kind of adapter that is not served."""


class MismatchedAdapter(AdapterError):
    """Tensors that do not fit; `mismatches` holds one line each, all of them, the message the first MAX_LISTED."""

    def __init__(self, mismatches: Sequence[str]) -> None:
        listed = [*mismatches[:MAX_LISTED], *([f"and {len(mismatches) - MAX_LISTED} more"] if len(mismatches) > MAX_LISTED else [])]
        super().__init__("the adapter's tensors are not as expected:\n" + "\n".join(f"  {line}" for line in listed))
        self.mismatches = tuple(mismatches)


class FailedTrial(AdapterError):
    """A pass on the adapter gave logits that are not finite, or the base's own."""


class AdapterNotLoaded(AdapterError):
    """No adapter is served under this name."""

    def __init__(self, name: str) -> None:
        super().__init__(f"no adapter named {name!r} is loaded")
        self.name = name


class AdapterNameTaken(AdapterError):
    """An adapter is served under this name already, and nobody asked for it to be replaced."""

    def __init__(self, name: str) -> None:
        super().__init__(f"an adapter named {name!r} is already loaded: unload it, replace it in place, or choose another name")
        self.name = name


class AdapterChanged(AdapterError):
    """The files are no longer what the request was made for."""

    def __init__(self, path: Path, expected: str, found: str) -> None:
        super().__init__(f"the adapter in {str(path)!r} is not the content that was asked for: expected {expected}, found {found}")


class AdapterBusy(AdapterError):
    """Somebody else is changing what this name stands for."""

    def __init__(self, name: str) -> None:
        super().__init__(f"the adapter {name!r} is being loaded or unloaded: try again when that is done")
        self.name = name


class ReloadFailed(AdapterError):
    """What an evicted name stood for cannot be loaded again; `reason` says why. The name stays evicted."""

    def __init__(self, name: str, reason: AdapterError) -> None:
        super().__init__(f"the adapter {name!r} had made way for others, and cannot be loaded again: {reason}; load it anew, or unload it")
        self.name = name
        self.reason = reason


class SlotsFull(AdapterError):
    """As many adapters are served as may be, and none can or may go."""

    def __init__(self, names: Sequence[str], max_adapters: int) -> None:
        super().__init__(f"{max_adapters} adapters are loaded, as many as may be ({', '.join(names)}): unload one first")
        self.names = tuple(names)
        self.max_adapters = max_adapters


class BankFull(AdapterError):
    """The device has no memory for this adapter beside those that are served."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"there is no memory for this adapter beside those that are loaded: unload one first ({reason})")
