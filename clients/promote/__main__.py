"""`python -m clients.promote`: put an adapter in place only if nothing got worse."""

import asyncio
import sys
from collections.abc import Sequence

from clients.errors import ClientError, Interrupted
from clients.promote.options import parse_options
from clients.telling import tell
from scoring.printable import printable


def main(argv: Sequence[str] | None = None) -> int:
    """Run the gate and give the exit code."""
    options = parse_options(argv)
    try:
        # Only now, with the flags known to be right: the SDK takes a second or two to import.
        from clients.promote.promotion import promote
        from clients.report.files import check_places

        check_places(options.battery, with_replies=True)
        verdict = asyncio.run(promote(options))
    except ClientError as exc:
        tell("promote", exc)
        return exc.exit_code
    except (KeyboardInterrupt, asyncio.CancelledError):
        tell("promote", "interrupted; nothing was put in place")
        return Interrupted.exit_code
    print(printable(verdict.headline))
    for reason in verdict.reasons:
        print(f"- {printable(reason)}")
    return 0 if verdict.is_promoted else 1


if __name__ == "__main__":
    sys.exit(main())
