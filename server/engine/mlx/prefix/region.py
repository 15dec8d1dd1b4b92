"""Memory of its own for what is kept of prompts. On a general heap it comes to lie among what every step takes and gives back, and splits
the room that the next step needs: the heap goes on growing, long after as much is dropped as is kept (docs/log.md).
"""

import mmap
from bisect import bisect
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

PAGE_BYTES = mmap.PAGESIZE


class Extent(NamedTuple):
    """Bytes of a region, whole pages."""

    start: int
    stop: int


class Region:
    """Takes contents of any size, in several pieces where no hole is large enough; a page is resident once it is written to."""

    def __init__(self, num_bytes: int) -> None:
        """Reserve address space; raises OSError where there is none."""
        size = max(1, num_bytes // PAGE_BYTES) * PAGE_BYTES
        self._map = mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
        self._bytes = np.frombuffer(self._map, np.uint8)  # numpy lets other threads run while it copies
        self._holes = [Extent(0, size)]  # in their order, no two side by side
        self._has_freed = False  # since it was trimmed

    @property
    def num_free(self) -> int:
        """Count the bytes that are free."""
        return sum(hole.stop - hole.start for hole in self._holes)

    def write(self, content: memoryview) -> tuple[Extent, ...] | None:
        """Copy bytes in and say where they are; None if there is no room for them."""
        extents = self._take(-(-len(content) // PAGE_BYTES) * PAGE_BYTES)
        at = 0
        for start, stop in extents or ():
            size = min(stop - start, len(content) - at)
            self._bytes[start : start + size] = content[at : at + size]
            at += size
        return extents

    def read(self, extents: tuple[Extent, ...], num_bytes: int) -> npt.NDArray[np.uint8]:
        """Give the bytes that were written to `extents`; to be copied before these are freed."""
        pieces = [self._bytes[start:stop] for start, stop in extents]
        return (pieces[0] if len(pieces) == 1 else np.concatenate(pieces))[:num_bytes]

    def free(self, extents: tuple[Extent, ...]) -> None:
        """Take back what `write` gave."""
        self._has_freed = True
        for start, stop in extents:
            at = bisect(self._holes, Extent(start, stop))
            if at < len(self._holes) and self._holes[at].start == stop:
                stop = self._holes.pop(at).stop
            if at and self._holes[at - 1].stop == start:
                at -= 1
                start = self._holes.pop(at).start
            self._holes.insert(at, Extent(start, stop))

    def trim(self) -> None:
        """Give the pages that are free back to the system, where it takes them."""
        if hasattr(mmap, "MADV_DONTNEED") and self._has_freed:
            self._has_freed = False
            for start, stop in self._holes:
                self._map.madvise(mmap.MADV_DONTNEED, start, stop - start)

    def _take(self, num_bytes: int) -> tuple[Extent, ...] | None:
        if num_bytes > self.num_free:
            return None
        taken: list[Extent] = []
        while num_bytes:
            start, stop = self._holes[0]
            end = min(stop, start + num_bytes)
            taken.append(Extent(start, end))
            num_bytes -= end - start
            self._holes[:1] = [Extent(end, stop)] if end < stop else []
        return tuple(taken)
