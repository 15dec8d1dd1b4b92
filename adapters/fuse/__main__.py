"""`python -m adapters.fuse`: a model's folder with an adapter in its weights.

The imports inside the functions keep `--help` and a wrong flag under half a second, and bring BLAS in before MLX.
"""

import signal
import sys
from collections.abc import Sequence
from functools import partial
from types import FrameType
from typing import NoReturn

from adapters.command import end, tell
from adapters.fuse.options import parse_options

NAME = "fuse"


def main(argv: Sequence[str] | None = None) -> int:
    """Fuse, and give the exit code."""
    return end(NAME, lambda: _fuse(argv))


def _fuse(argv: Sequence[str] | None) -> int:
    options = parse_options(argv)

    from adapters.base.device import prepare_device

    device = prepare_device()

    from adapters.fuse.command import run

    before = signal.signal(signal.SIGTERM, _interrupt)
    try:
        run(options, device, tell=partial(tell, NAME))
    finally:
        signal.signal(signal.SIGTERM, before)
    return 0


def _interrupt(_: int, __: FrameType | None) -> NoReturn:
    """End as Ctrl-C does, so that nothing half-written is left."""
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
