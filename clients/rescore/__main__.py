"""`python -m clients.rescore`: saved replies scored anew, without asking anybody."""

import sys
from collections.abc import Sequence

from clients.errors import ClientError
from clients.rescore.options import RescoreOptions, parse_options


def main(argv: Sequence[str] | None = None) -> int:
    """Rescore and give the exit code."""
    options = parse_options(argv)
    try:
        _rescore(options)
    except ClientError as exc:
        print(f"rescore: {exc}", file=sys.stderr)
        return exc.exit_code
    return 0


def _rescore(options: RescoreOptions) -> None:
    # Only now, with the flags known to be right: the tables and NumPy take half a second to import.
    from clients.probes.pack import PACK_NAMES, load_pack
    from clients.report.files import check_places, write_report_files
    from clients.report.table import open_console, print_report
    from clients.rescore.rescoring import rescore
    from clients.rescore.saved_run import read_run

    check_places(options, with_replies=False)
    packs = [load_pack(name) for name in ([options.probes] if options.probes else PACK_NAMES)]
    report = rescore(read_run(options.file, packs), options.scorer, options.baseline)
    print_report(report, open_console())
    write_report_files(report, options)


if __name__ == "__main__":
    sys.exit(main())
