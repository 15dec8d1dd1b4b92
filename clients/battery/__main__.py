"""`python -m clients.battery`: probes to any OpenAI-compatible endpoint, scored here."""

import sys
from collections.abc import Sequence

from clients.battery.options import parse_options
from clients.errors import ClientError, Interrupted
from clients.telling import tell


def main(argv: Sequence[str] | None = None) -> int:
    """Run the battery and give the exit code."""
    options = parse_options(argv)
    try:
        # Only now, with the flags known to be right: the SDK takes a second or two to import.
        import asyncio

        from clients.battery.battery import conduct
        from clients.report.files import check_places

        check_places(options, with_replies=True)
        if options.every_s is None:
            asyncio.run(conduct(options))
        else:
            from clients.battery.schedule import keep_examining

            asyncio.run(keep_examining(options))
    except ClientError as exc:
        tell("battery", exc)
        return exc.exit_code
    except KeyboardInterrupt:
        tell("battery", "interrupted; no report was written")
        return Interrupted.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
