"""`python -m clients.checkpoints`: a training judged checkpoint by checkpoint, also while it runs."""

import asyncio
import sys
from collections.abc import Sequence

from clients.checkpoints.options import parse_options
from clients.errors import ClientError, Interrupted
from clients.telling import tell


def main(argv: Sequence[str] | None = None) -> int:
    """Run the sweep and give the exit code."""
    options = parse_options(argv)
    try:
        # Only now, with the flags known to be right: the SDK takes a second or two to import.
        from clients.checkpoints.sweeping import sweep
        from clients.report.files import check_places

        check_places(options.battery, with_replies=True)
        asyncio.run(sweep(options))
    except ClientError as exc:
        tell("checkpoints", exc)
        return exc.exit_code
    except (KeyboardInterrupt, asyncio.CancelledError):
        tell("checkpoints", "interrupted; no report was written")
        return Interrupted.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
