"""`python -m adapters.curriculum`: trainings one after the other, each on what the one before has left.

The imports inside the functions keep `--help` and a wrong flag under half a second, and bring BLAS in before MLX.
"""

import sys
from collections.abc import Sequence
from functools import partial

from adapters.command import end, tell
from adapters.curriculum.curriculum_file import read_curriculum
from adapters.curriculum.options import Options, parse_options

NAME = "curriculum"


def main(argv: Sequence[str] | None = None) -> int:
    """Train all stages, and give the exit code."""
    options = parse_options(argv)
    return end(NAME, lambda: _conduct(options))


def _conduct(options: Options) -> int:
    curriculum = read_curriculum(options.file, model=options.model, output=options.output)
    from_stage = None if options.from_stage is None else curriculum.find(options.from_stage)

    from adapters.base.device import prepare_device

    prepare_device()

    from adapters.curriculum.conduct import conduct
    from adapters.curriculum.plan_page import describe_plan, describe_result
    from adapters.curriculum.prospects import foresee

    prospects = foresee(curriculum)
    if options.is_dry_run:
        print(describe_plan(curriculum, prospects))
        return 0
    ended = conduct(curriculum, prospects, partial(tell, NAME), from_stage=from_stage)
    if ended.model is not None:
        print(describe_result(ended.model, ended.adapter))
    return ended.exit_code


if __name__ == "__main__":
    sys.exit(main())
