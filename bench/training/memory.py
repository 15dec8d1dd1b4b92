"""The most memory that this process had resident, since it began or since it was last asked to forget."""

import re
import resource
import sys
from pathlib import Path


def forget_peak() -> None:
    """Begin anew, where the kernel can (Linux)."""
    if sys.platform == "linux":
        Path("/proc/self/clear_refs").write_text("5")


def read_peak_bytes() -> int:
    """Read it; where it cannot be forgotten it is the whole process's."""
    if sys.platform != "linux":
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    found = re.search(r"^VmHWM:\s+(\d+) kB$", Path("/proc/self/status").read_text(), re.MULTILINE)
    assert found, "no VmHWM"
    return int(found[1]) * 1024
