"""`python -m adapters.compare`: adapters held against each other, by what was set and by what can be measured.

The imports inside the functions keep `--help` and a wrong flag under half a second, and bring BLAS in before MLX.
"""

import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from adapters.command import end, tell
from adapters.compare.options import STDOUT, CompareOptions, parse_options

NAME = "compare"


def main(argv: Sequence[str] | None = None) -> int:
    """Compare, and give the exit code."""
    return end(NAME, lambda: _compare(parse_options(argv)))


def _compare(options: CompareOptions) -> int:
    from adapters.base.device import prepare_device

    device = prepare_device()

    import msgspec

    from adapters.compare.output import check_writable, write_output
    from adapters.compare.page import render_page
    from adapters.compare.run import run
    from adapters.compare.terminal import open_console, print_report

    json_file = Path(options.json) if options.json not in (None, STDOUT) else None
    check_writable(json_file, options.html, read=[*(one.place for one in options.adapters), *([options.model] if options.model else [])])
    report = run(options, device, partial(tell, NAME))
    encoded = msgspec.json.format(msgspec.json.encode(report), indent=2) + b"\n"
    if options.json == STDOUT:
        sys.stdout.buffer.write(encoded)
    else:
        print_report(report, open_console(len(report.adapters)))
    if options.json not in (None, STDOUT):
        write_output(Path(options.json), encoded)
    if options.html is not None:
        write_output(options.html, render_page(report).encode())
    return 0


if __name__ == "__main__":
    sys.exit(main())
