"""`python -m clients.battery`: probes to any OpenAI-compatible endpoint, scored here."""

import sys
from collections.abc import Sequence

from clients.battery.errors import INTERRUPTED_EXIT_CODE, BatteryError
from clients.battery.options import parse_options
from clients.battery.replies_file import RepliesFile


def main(argv: Sequence[str] | None = None) -> int:
    """Run the battery and give the exit code."""
    options = parse_options(argv)
    replies = RepliesFile(options.output)
    try:
        # Only now, with the flags known to be right: the SDK takes a second or two to import.
        import asyncio

        from clients.battery.battery import conduct
        from clients.battery.report_json import check_writable

        if options.output is not None:
            check_writable(options.output)
        with replies:
            asyncio.run(conduct(options, replies))
    except BatteryError as exc:
        print(f"battery: {exc}", file=sys.stderr)
        return exc.exit_code
    except KeyboardInterrupt:
        kept = f"{replies.num_written} replies are in {replies.path}" if replies.path else "without --output no reply was kept"
        print(f"battery: interrupted; {kept}, no report was written", file=sys.stderr)
        return INTERRUPTED_EXIT_CODE
    return 0


if __name__ == "__main__":
    sys.exit(main())
