"""`python -m clients.compare`: several battery reports side by side."""

import sys
from collections.abc import Sequence
from pathlib import Path

from clients.compare.options import STDOUT, CompareOptions, parse_options
from clients.errors import ClientError
from clients.telling import tell


def main(argv: Sequence[str] | None = None) -> int:
    """Compare and give the exit code."""
    options = parse_options(argv)
    try:
        _compare(options)
    except ClientError as exc:
        tell("compare", exc)
        return exc.exit_code
    return 0


def _compare(options: CompareOptions) -> None:
    # Only now, with the flags known to be right: NumPy and the tables take half a second to import.
    import msgspec

    from clients.compare.entrant import read_entrants
    from clients.compare.side_by_side import set_side_by_side
    from clients.compare.side_by_side_markdown import render_side_by_side
    from clients.compare.side_by_side_table import print_side_by_side
    from clients.file_writing import replace_file
    from clients.report.table import open_console
    from scoring.printable import printable_json

    whole = set_side_by_side(read_entrants(options.files), options.baseline)
    encoded = msgspec.json.format(msgspec.json.encode(whole), indent=2) + b"\n"
    if options.json == STDOUT:
        print(printable_json(encoded.decode()), end="")
    else:
        print_side_by_side(whole, open_console())
    if options.json not in (None, STDOUT):
        replace_file(Path(options.json), encoded)
    if options.markdown is not None:
        replace_file(options.markdown, render_side_by_side(whole).encode())


if __name__ == "__main__":
    sys.exit(main())
