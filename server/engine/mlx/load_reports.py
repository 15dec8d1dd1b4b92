"""How loads of adapters end, told to whoever counts them; those of the start are kept until somebody does."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import msgspec

from adapters.errors import AdapterError, SlotsFull
from server.engine.protocol import AdapterLoad, LoadKind, LoadOutcome


class UnderWay(msgspec.Struct):
    """A load that has not ended."""

    has_evicted: bool = False


class LoadReports:
    """Tells of each load once, when it has ended."""

    def __init__(self) -> None:
        self._note: Callable[[AdapterLoad], None] | None = None
        self._untold: list[AdapterLoad] = []

    def watch(self, note: Callable[[AdapterLoad], None]) -> None:
        """Have `note` told of every load when it has ended, and now of those before."""
        self._note = note
        for load in self._untold:
            note(load)
        self._untold.clear()

    @contextmanager
    def telling(self, kind: LoadKind) -> Iterator[UnderWay]:
        """Tell how the load that is done inside ends."""
        load, began_s = UnderWay(), time.perf_counter()
        outcome: LoadOutcome = "failed"
        try:
            yield load
            outcome = "loaded"
        except SlotsFull:
            outcome = "no_slot"
            raise
        except AdapterError:
            outcome = "refused"
            raise
        finally:
            ended = AdapterLoad(kind=kind, outcome=outcome, duration_s=time.perf_counter() - began_s, has_evicted=load.has_evicted)
            (self._note or self._untold.append)(ended)
