"""`python -m adapters.train`: an adapter made from conversations, with a record of what was done.

The imports inside the functions keep `--help` and a wrong flag under half a second, and bring BLAS in before MLX.
"""

import sys
from collections.abc import Sequence
from functools import partial

from adapters.command import end, tell
from adapters.train.options import parse_options

NAME = "train"


def main(argv: Sequence[str] | None = None) -> int:
    """Train, and give the exit code."""
    return end(NAME, lambda: _train(argv))


def _train(argv: Sequence[str] | None) -> int:
    plan = parse_options(argv)

    from adapters.base.device import prepare_device

    prepare_device()

    from adapters.train.run import train

    return train(plan, partial(tell, NAME)).exit_code


if __name__ == "__main__":
    sys.exit(main())
